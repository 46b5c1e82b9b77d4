#include "api/iot/clear_default_authorizer.h"

#include "api/iot/authorizer_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<ClearDefaultAuthorizerResponse>> ClearDefaultAuthorizer::handle(
    const Caller& caller, ClearDefaultAuthorizerRequest) const {
    auto done = co_await authorizers.clear_default(caller.tenant);
    if (!done) co_return failure_of(done.error());
    co_return ClearDefaultAuthorizerResponse();
}

}  // namespace gatehouse::api::iot
