#include "api/iot/delete_authorizer.h"

#include "api/iot/authorizer_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeleteAuthorizerResponse>> DeleteAuthorizer::handle(
    const Caller& caller, DeleteAuthorizerRequest request) const {
    auto removed = co_await authorizers.remove(
        caller.tenant, registry::AuthorizerName(std::move(request.authorizer_name)));
    if (!removed) co_return failure_of(removed.error());
    co_return DeleteAuthorizerResponse();
}

}  // namespace gatehouse::api::iot
