#include "api/iot/set_default_authorizer.h"

#include "api/iot/authorizer_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<SetDefaultAuthorizerResponse>> SetDefaultAuthorizer::handle(
    const Caller& caller, SetDefaultAuthorizerRequest request) const {
    auto done = co_await authorizers.set_default(
        caller.tenant, registry::AuthorizerName(std::move(request.authorizer_name)));
    if (!done) co_return failure_of(done.error());
    co_return SetDefaultAuthorizerResponse{.authorizer_name = done->name.value(),
                                           .authorizer_arn = done->arn()};
}

}  // namespace gatehouse::api::iot
