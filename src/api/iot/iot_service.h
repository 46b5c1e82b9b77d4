// AWS IoT's control plane, signed as "iot" (or "execute-api", as botocore before 1.30 does).
#pragma once

#include <string>

#include "api/service.h"
#include "authentication/custom_authorizer.h"
#include "registry/authorizers.h"
#include "registry/logging_options.h"

namespace gatehouse::api {

// What DescribeEndpoint tells.
struct EndpointFacts {
    std::string endpoint;  // the host name of the default tenant
    Tenant default_tenant;
};

// Everything this service works with; it must outlive the service.
struct IotParts {
    registry::Authorizers& authorizers;
    registry::LoggingOptions& logging;
    const EndpointFacts& endpoint;
    // Null: TestInvokeAuthorizer answers that it is unavailable.
    authentication::CustomAuthorizer* custom_authorizer = nullptr;
};

Service make_iot_service(const IotParts& parts);

}  // namespace gatehouse::api
