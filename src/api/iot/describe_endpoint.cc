#include "api/iot/describe_endpoint.h"

#include <fmt/format.h>

#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {

std::unexpected<wire::Failure> failure_of_endpoint(const Error& error) {
    const bool is_callers_mistake =
        error.kind == ErrorKind::InvalidInput || error.kind == ErrorKind::LimitExceeded;
    return wire::fail_as(
        is_callers_mistake ? errors::invalid_request_exception : errors::internal_failure_exception,
        error.message);
}

async::Task<wire::Outcome<DescribeEndpointResponse>> DescribeEndpoint::handle(
    const Caller& caller, DescribeEndpointRequest request) const {
    const auto type = registry::parse_endpoint_type(request.endpoint_type.value_or("iot:Data"));
    if (!type) {
        co_return wire::fail_as(
            errors::invalid_request_exception,
            fmt::format("Endpoint type {} not recognized. There are iot:Data-ATS, iot:Data, "
                        "iot:CredentialProvider and iot:Jobs",
                        *request.endpoint_type));
    }
    auto name = co_await endpoint_names(caller.tenant, *type);
    if (name) co_return DescribeEndpointResponse{.endpoint_address = std::move(*name)};
    co_return failure_of_endpoint(name.error());
}

}  // namespace gatehouse::api::iot
