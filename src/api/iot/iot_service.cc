#include "api/iot/iot_service.h"

#include "api/iot/clear_default_authorizer.h"
#include "api/iot/create_authorizer.h"
#include "api/iot/delete_authorizer.h"
#include "api/iot/delete_v2_logging_level.h"
#include "api/iot/describe_authorizer.h"
#include "api/iot/describe_default_authorizer.h"
#include "api/iot/describe_endpoint.h"
#include "api/iot/errors.h"
#include "api/iot/get_v2_logging_options.h"
#include "api/iot/list_authorizers.h"
#include "api/iot/list_v2_logging_levels.h"
#include "api/iot/set_default_authorizer.h"
#include "api/iot/set_v2_logging_level.h"
#include "api/iot/set_v2_logging_options.h"
#include "api/iot/test_invoke_authorizer.h"
#include "api/iot/update_authorizer.h"
#include "api/shapes/iot/model.h"

namespace gatehouse::api {
namespace {

// The largest legal request is an authorizer with twenty signing keys of 5,120 characters.
constexpr std::size_t body_bytes_max = 1024 * 1024;

}  // namespace

Service make_iot_service(const IotParts& parts) {
    Service service(iot::model(), iot::error_table(), body_bytes_max);
    service.handle(iot::ClearDefaultAuthorizer{parts.authorizers})
        .handle(iot::CreateAuthorizer{parts.authorizers})
        .handle(iot::DeleteAuthorizer{parts.authorizers})
        .handle(iot::DeleteV2LoggingLevel{parts.logging})
        .handle(iot::DescribeAuthorizer{parts.authorizers})
        .handle(iot::DescribeDefaultAuthorizer{parts.authorizers})
        .handle(iot::DescribeEndpoint{parts.endpoint_names})
        .handle(iot::GetV2LoggingOptions{parts.logging})
        .handle(iot::ListAuthorizers{parts.authorizers})
        .handle(iot::ListV2LoggingLevels{parts.logging})
        .handle(iot::SetDefaultAuthorizer{parts.authorizers})
        .handle(iot::SetV2LoggingLevel{parts.logging})
        .handle(iot::SetV2LoggingOptions{parts.logging})
        .handle(iot::TestInvokeAuthorizer{parts.custom_authorizer})
        .handle(iot::UpdateAuthorizer{parts.authorizers});
    return service;
}

}  // namespace gatehouse::api
