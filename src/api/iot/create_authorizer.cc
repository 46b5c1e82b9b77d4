#include "api/iot/create_authorizer.h"

#include "api/iot/authorizer_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreateAuthorizerResponse>> CreateAuthorizer::handle(
    const Caller& caller, CreateAuthorizerRequest request) const {
    auto tags = texts_of(request.tags);
    if (!tags) co_return std::unexpected(std::move(tags.error()));
    auto made = co_await authorizers.create(
        caller.tenant,
        {.name = registry::AuthorizerName(std::move(request.authorizer_name)),
         .function_arn = registry::FunctionArn(std::move(request.authorizer_function_arn)),
         .token_key_name = std::move(request.token_key_name),
         .token_signing_public_keys =
             std::move(request.token_signing_public_keys).value_or(registry::Texts()),
         .status = status_of(request.status),
         .signing_disabled = request.signing_disabled.value_or(false),
         .enable_caching_for_http = request.enable_caching_for_http.value_or(false),
         .tags = std::move(*tags)});
    if (!made) co_return failure_of(made.error());
    co_return CreateAuthorizerResponse{.authorizer_name = made->name.value(),
                                       .authorizer_arn = made->arn()};
}

}  // namespace gatehouse::api::iot
