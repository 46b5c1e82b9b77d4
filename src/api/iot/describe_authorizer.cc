#include "api/iot/describe_authorizer.h"

#include "api/iot/authorizer_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DescribeAuthorizerResponse>> DescribeAuthorizer::handle(
    const Caller& caller, DescribeAuthorizerRequest request) const {
    auto found = co_await authorizers.describe(
        caller.tenant, registry::AuthorizerName(std::move(request.authorizer_name)));
    if (!found) co_return failure_of(found.error());
    co_return DescribeAuthorizerResponse{.authorizer_description = description_of(*found)};
}

}  // namespace gatehouse::api::iot
