#include "api/iot/account_settings.h"
#include "api/iot/create_role_alias.h"
#include "api/iot/delete_role_alias.h"
#include "api/iot/delete_v2_logging_level.h"
#include "api/iot/describe_endpoint.h"
#include "api/iot/describe_event_configurations.h"
#include "api/iot/describe_role_alias.h"
#include "api/iot/get_logging_options.h"
#include "api/iot/get_v2_logging_options.h"
#include "api/iot/list_role_aliases.h"
#include "api/iot/list_tags_for_resource.h"
#include "api/iot/list_v2_logging_levels.h"
#include "api/iot/operations.h"
#include "api/iot/set_logging_options.h"
#include "api/iot/set_v2_logging_level.h"
#include "api/iot/set_v2_logging_options.h"
#include "api/iot/tag_resource.h"
#include "api/iot/test_invoke_authorizer.h"
#include "api/iot/untag_resource.h"
#include "api/iot/update_event_configurations.h"
#include "api/iot/update_role_alias.h"

namespace gatehouse::api {
namespace {

void serve_account(Service& service, const IotParts& parts) {
    service.handle(iot::DeleteV2LoggingLevel{parts.logging})
        .handle(iot::DescribeEncryptionConfiguration{parts.encryption})
        .handle(iot::DescribeEndpoint{parts.endpoint_names})
        .handle(iot::GetLoggingOptions{parts.logging})
        .handle(iot::GetPackageConfiguration{parts.packages})
        .handle(iot::GetV2LoggingOptions{parts.logging})
        .handle(iot::ListV2LoggingLevels{parts.logging})
        .handle(iot::SetLoggingOptions{parts.logging})
        .handle(iot::SetV2LoggingLevel{parts.logging})
        .handle(iot::SetV2LoggingOptions{parts.logging})
        .handle(iot::TestInvokeAuthorizer{parts.custom_authorizer})
        .handle(iot::UpdateEncryptionConfiguration{parts.encryption})
        .handle(iot::UpdatePackageConfiguration{parts.packages});
}

void serve_events(Service& service, const IotParts& parts) {
    service.handle(iot::DescribeEventConfigurations{parts.events})
        .handle(iot::UpdateEventConfigurations{parts.events});
}

void serve_role_aliases(Service& service, const IotParts& parts) {
    service.handle(iot::CreateRoleAlias{parts.role_aliases})
        .handle(iot::DeleteRoleAlias{parts.role_aliases})
        .handle(iot::DescribeRoleAlias{parts.role_aliases})
        .handle(iot::ListRoleAliases{parts.role_aliases})
        .handle(iot::UpdateRoleAlias{parts.role_aliases});
}

void serve_tags(Service& service, const IotParts& parts) {
    service.handle(iot::ListTagsForResource{parts.tags})
        .handle(iot::TagResource{parts.tags})
        .handle(iot::UntagResource{parts.tags});
}

}  // namespace

void add_account_operations(Service& service, const IotParts& parts) {
    serve_account(service, parts);
    serve_events(service, parts);
    serve_role_aliases(service, parts);
    serve_tags(service, parts);
}

}  // namespace gatehouse::api
