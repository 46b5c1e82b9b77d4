// DescribeEndpoint: the host name that the caller's devices connect to.
// Source: AWS IoT API Reference, DescribeEndpoint.
#pragma once

#include "api/endpoint.h"
#include "api/iot/iot_service.h"
#include "api/shapes/iot/describe_endpoint.h"

namespace gatehouse::api::iot {

// That a tenant has no host name, and why.
std::unexpected<wire::Failure> failure_of_endpoint(const Error& error);

struct DescribeEndpoint {
    using Shape = DescribeEndpointShape;

    EndpointNames endpoint_names;

    async::Task<wire::Outcome<DescribeEndpointResponse>> handle(
        const Caller& caller, DescribeEndpointRequest request) const;
};

}  // namespace gatehouse::api::iot
