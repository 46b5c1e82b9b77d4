#include "api/lambda/lambda_service.h"

#include "api/lambda/absent_features.h"
#include "api/lambda/add_permission.h"
#include "api/lambda/create_alias.h"
#include "api/lambda/create_function.h"
#include "api/lambda/delete_alias.h"
#include "api/lambda/delete_function.h"
#include "api/lambda/delete_function_concurrency.h"
#include "api/lambda/delete_function_event_invoke_config.h"
#include "api/lambda/errors.h"
#include "api/lambda/get_account_settings.h"
#include "api/lambda/get_alias.h"
#include "api/lambda/get_function.h"
#include "api/lambda/get_function_concurrency.h"
#include "api/lambda/get_function_configuration.h"
#include "api/lambda/get_function_event_invoke_config.h"
#include "api/lambda/get_policy.h"
#include "api/lambda/invoke.h"
#include "api/lambda/layer_operations.h"
#include "api/lambda/list_aliases.h"
#include "api/lambda/list_function_event_invoke_configs.h"
#include "api/lambda/list_functions.h"
#include "api/lambda/list_tags.h"
#include "api/lambda/list_versions_by_function.h"
#include "api/lambda/permissions.h"
#include "api/lambda/publish_version.h"
#include "api/lambda/put_function_concurrency.h"
#include "api/lambda/put_function_event_invoke_config.h"
#include "api/lambda/remove_permission.h"
#include "api/lambda/tag_resource.h"
#include "api/lambda/untag_resource.h"
#include "api/lambda/update_alias.h"
#include "api/lambda/update_function_code.h"
#include "api/lambda/update_function_configuration.h"
#include "api/lambda/update_function_event_invoke_config.h"
#include "api/shapes/lambda/model.h"

namespace gatehouse::api {
namespace {

// A package of 50 MiB in base64, and the rest of CreateFunction (observed).
constexpr std::size_t lambda_body_bytes_max = 70'167'211;

void serve_absent_features(Service& service, functions::FunctionDirectory& directory) {
    service.handle(lambda::DeleteFunctionCodeSigningConfig{directory})
        .handle(lambda::DeleteProvisionedConcurrencyConfig{directory})
        .handle(lambda::GetEventSourceMapping{})
        .handle(lambda::GetFunctionCodeSigningConfig{directory})
        .handle(lambda::GetFunctionRecursionConfig{directory})
        .handle(lambda::GetFunctionUrlConfig{directory})
        .handle(lambda::GetProvisionedConcurrencyConfig{directory})
        .handle(lambda::GetRuntimeManagementConfig{directory})
        .handle(lambda::ListEventSourceMappings{directory})
        .handle(lambda::ListFunctionUrlConfigs{directory})
        .handle(lambda::ListProvisionedConcurrencyConfigs{directory});
}

}  // namespace

Service make_lambda_service(const LambdaParts& parts) {
    Service service(lambda::model(), lambda::error_table(), lambda_body_bytes_max);
    service.needs(&lambda::permission_of);
    service.handle(lambda::AddPermission{parts.directory})
        .handle(lambda::CreateAlias{parts.directory})
        .handle(lambda::CreateFunction{parts.directory})
        .handle(lambda::DeleteAlias{parts.directory})
        .handle(lambda::DeleteFunctionConcurrency{parts.directory})
        .handle(lambda::DeleteFunctionEventInvokeConfig{parts.directory})
        .handle(lambda::DeleteFunction{parts.directory})
        .handle(lambda::GetAccountSettings{parts.directory})
        .handle(lambda::GetAlias{parts.directory})
        .handle(lambda::GetFunctionConcurrency{parts.directory})
        .handle(lambda::GetFunctionConfiguration{parts.directory})
        .handle(lambda::GetFunctionEventInvokeConfig{parts.directory})
        .handle(lambda::GetFunction{parts.directory, parts.code_links})
        .handle(lambda::GetPolicy{parts.directory})
        .handle(lambda::Invoke{parts.directory, parts.invoker, parts.async_invocations})
        .handle(lambda::ListAliases{parts.directory})
        .handle(lambda::ListFunctionEventInvokeConfigs{parts.directory})
        .handle(lambda::ListFunctions{parts.directory})
        .handle(lambda::ListTags{parts.directory})
        .handle(lambda::ListVersionsByFunction{parts.directory})
        .handle(lambda::PublishVersion{parts.directory})
        .handle(lambda::PutFunctionConcurrency{parts.directory})
        .handle(lambda::PutFunctionEventInvokeConfig{parts.directory})
        .handle(lambda::RemovePermission{parts.directory})
        .handle(lambda::TagResource{parts.directory})
        .handle(lambda::UntagResource{parts.directory})
        .handle(lambda::UpdateAlias{parts.directory})
        .handle(lambda::UpdateFunctionCode{parts.directory})
        .handle(lambda::UpdateFunctionConfiguration{parts.directory})
        .handle(lambda::UpdateFunctionEventInvokeConfig{parts.directory});
    service.handle(lambda::DeleteLayerVersion{parts.layers})
        .handle(lambda::GetLayerVersion{parts.layers, parts.code_links})
        .handle(lambda::GetLayerVersionByArn{parts.layers, parts.code_links})
        .handle(lambda::ListLayers{parts.layers})
        .handle(lambda::ListLayerVersions{parts.layers})
        .handle(lambda::AddLayerVersionPermission{parts.layers})
        .handle(lambda::GetLayerVersionPolicy{parts.layers})
        .handle(lambda::RemoveLayerVersionPermission{parts.layers})
        .handle(lambda::PublishLayerVersion{parts.layers, parts.code_links});
    serve_absent_features(service, parts.directory);
    return service;
}

}  // namespace gatehouse::api
