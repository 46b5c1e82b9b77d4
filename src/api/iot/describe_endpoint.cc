#include "api/iot/describe_endpoint.h"

#include "api/shapes/iot/errors.h"
#include "registry/endpoint_name.h"

namespace gatehouse::api::iot {

wire::Outcome<DescribeEndpointResponse> DescribeEndpoint::handle(
    const Caller& caller, DescribeEndpointRequest request) const {
    const auto type = registry::parse_endpoint_type(request.endpoint_type.value_or("iot:Data"));
    if (!type) {
        return wire::fail_as(
            errors::invalid_request_exception,
            "endpointType is one of iot:Data-ATS, iot:Data, iot:CredentialProvider, iot:Jobs");
    }
    return DescribeEndpointResponse{
        .endpoint_address =
            registry::endpoint_name(caller.tenant, *type, facts.default_tenant, facts.endpoint)};
}

}  // namespace gatehouse::api::iot
