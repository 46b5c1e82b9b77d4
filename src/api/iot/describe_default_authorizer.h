// DescribeDefaultAuthorizer: the authorizer of devices that name none.
// Source: AWS IoT API Reference, DescribeDefaultAuthorizer.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/describe_default_authorizer.h"
#include "registry/authorizers.h"

namespace gatehouse::api::iot {

struct DescribeDefaultAuthorizer {
    using Shape = DescribeDefaultAuthorizerShape;

    registry::Authorizers& authorizers;

    async::Task<wire::Outcome<DescribeDefaultAuthorizerResponse>> handle(
        const Caller& caller, DescribeDefaultAuthorizerRequest request) const;
};

}  // namespace gatehouse::api::iot
