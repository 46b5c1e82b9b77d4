// DescribeAuthorizer: everything that is known of one.
// Source: AWS IoT API Reference, DescribeAuthorizer.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/describe_authorizer.h"
#include "registry/authorizers.h"

namespace gatehouse::api::iot {

struct DescribeAuthorizer {
    using Shape = DescribeAuthorizerShape;

    registry::Authorizers& authorizers;

    async::Task<wire::Outcome<DescribeAuthorizerResponse>> handle(
        const Caller& caller, DescribeAuthorizerRequest request) const;
};

}  // namespace gatehouse::api::iot
