// AWS IoT's control plane, signed as "iot" (or "execute-api", as botocore before 1.30 does).
#pragma once

#include <functional>
#include <string>

#include "api/service.h"
#include "async/task.h"
#include "authentication/custom_authorizer.h"
#include "base/result.h"
#include "base/tenant.h"
#include "registry/authorizers.h"
#include "registry/endpoint_name.h"
#include "registry/logging_options.h"

namespace gatehouse::api {

// What DescribeEndpoint answers: the host name under which a tenant's devices reach this server.
// InvalidInput and LimitExceeded: it cannot have one, and why.
using EndpointNames =
    std::function<async::Task<Result<std::string>>(Tenant, registry::EndpointType)>;

// Everything this service works with; it must outlive the service.
struct IotParts {
    registry::Authorizers& authorizers;
    registry::LoggingOptions& logging;
    EndpointNames endpoint_names;
    // Null: TestInvokeAuthorizer answers that it is unavailable.
    authentication::CustomAuthorizer* custom_authorizer = nullptr;
};

Service make_iot_service(const IotParts& parts);

}  // namespace gatehouse::api
