#include "api/iot/describe_default_authorizer.h"

#include "api/iot/authorizer_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DescribeDefaultAuthorizerResponse>> DescribeDefaultAuthorizer::handle(
    const Caller& caller, DescribeDefaultAuthorizerRequest) const {
    auto found = co_await authorizers.describe_default(caller.tenant);
    if (!found) co_return failure_of(found.error());
    co_return DescribeDefaultAuthorizerResponse{.authorizer_description = description_of(*found)};
}

}  // namespace gatehouse::api::iot
