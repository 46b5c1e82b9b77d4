#include "api/iot/update_authorizer.h"

#include "api/iot/authorizer_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<UpdateAuthorizerResponse>> UpdateAuthorizer::handle(
    const Caller& caller, UpdateAuthorizerRequest request) const {
    registry::AuthorizerChange change{
        .token_key_name = std::move(request.token_key_name),
        .token_signing_public_keys = std::move(request.token_signing_public_keys),
        .status = status_of(request.status),
        .enable_caching_for_http = request.enable_caching_for_http};
    if (request.authorizer_function_arn) {
        change.function_arn.emplace(std::move(*request.authorizer_function_arn));
    }
    auto changed = co_await authorizers.update(
        caller.tenant, registry::AuthorizerName(std::move(request.authorizer_name)),
        std::move(change));
    if (!changed) co_return failure_of(changed.error());
    co_return UpdateAuthorizerResponse{.authorizer_name = changed->name.value(),
                                       .authorizer_arn = changed->arn()};
}

}  // namespace gatehouse::api::iot
