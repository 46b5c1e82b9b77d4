#include "api/lambda/absent_features.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"
#include "api/shapes/lambda/errors.h"

namespace gatehouse::api::lambda {
namespace {

// The function that is asked of, which there must be.
wire::Outcome<functions::FunctionSnapshot> present(
    const functions::FunctionDirectory& directory, const Caller& caller, std::string_view text,
    const std::optional<std::string>& qualifier = std::nullopt) {
    const auto function = function_of(caller, text, qualifier);
    if (!function) return std::unexpected(function.error());
    auto found = directory.get(function->tenant, function->name, function->qualifier);
    if (!found) return failure_of(found.error());
    return std::move(*found);
}

std::unexpected<wire::Failure> no_such_resource() {
    return wire::fail_as(errors::resource_not_found_exception,
                         "The resource you requested does not exist.");
}

}  // namespace

wire::Outcome<DeleteFunctionCodeSigningConfigResponse> DeleteFunctionCodeSigningConfig::handle(
    const Caller& caller, DeleteFunctionCodeSigningConfigRequest request) const {
    const auto function = present(directory, caller, request.function_name);
    if (!function) return std::unexpected(function.error());
    return DeleteFunctionCodeSigningConfigResponse();
}

wire::Outcome<DeleteProvisionedConcurrencyConfigResponse>
DeleteProvisionedConcurrencyConfig::handle(
    const Caller& caller, DeleteProvisionedConcurrencyConfigRequest request) const {
    const auto function = present(directory, caller, request.function_name, request.qualifier);
    if (!function) return std::unexpected(function.error());
    return DeleteProvisionedConcurrencyConfigResponse();
}

wire::Outcome<EventSourceMappingConfiguration> GetEventSourceMapping::handle(
    const Caller&, GetEventSourceMappingRequest) const {
    return no_such_resource();
}

// Empty, as AWS answers of a function without one.
wire::Outcome<GetFunctionCodeSigningConfigResponse> GetFunctionCodeSigningConfig::handle(
    const Caller& caller, GetFunctionCodeSigningConfigRequest request) const {
    const auto function = present(directory, caller, request.function_name);
    if (!function) return std::unexpected(function.error());
    return GetFunctionCodeSigningConfigResponse();
}

wire::Outcome<GetFunctionRecursionConfigResponse> GetFunctionRecursionConfig::handle(
    const Caller& caller, GetFunctionRecursionConfigRequest request) const {
    const auto function = present(directory, caller, request.function_name);
    if (!function) return std::unexpected(function.error());
    return GetFunctionRecursionConfigResponse{.recursive_loop = RecursiveLoop::Terminate};
}

wire::Outcome<GetFunctionUrlConfigResponse> GetFunctionUrlConfig::handle(
    const Caller& caller, GetFunctionUrlConfigRequest request) const {
    const auto function = present(directory, caller, request.function_name, request.qualifier);
    if (!function) return std::unexpected(function.error());
    return no_such_resource();
}

wire::Outcome<GetProvisionedConcurrencyConfigResponse> GetProvisionedConcurrencyConfig::handle(
    const Caller& caller, GetProvisionedConcurrencyConfigRequest request) const {
    const auto function = present(directory, caller, request.function_name, request.qualifier);
    if (!function) return std::unexpected(function.error());
    return wire::fail_as(errors::provisioned_concurrency_config_not_found_exception,
                         "No Provisioned Concurrency Config found for this function");
}

wire::Outcome<GetRuntimeManagementConfigResponse> GetRuntimeManagementConfig::handle(
    const Caller& caller, GetRuntimeManagementConfigRequest request) const {
    const auto function = present(directory, caller, request.function_name, request.qualifier);
    if (!function) return std::unexpected(function.error());
    const auto& configuration = (*function)->configuration;
    return GetRuntimeManagementConfigResponse{
        .update_runtime_on = UpdateRuntimeOn::Auto,
        .function_arn = functions::qualified_arn(
            configuration, functions::Qualifier(configuration.version.value()))};
}

wire::Outcome<ListEventSourceMappingsResponse> ListEventSourceMappings::handle(
    const Caller& caller, ListEventSourceMappingsRequest request) const {
    if (request.function_name) {
        const auto function = present(directory, caller, *request.function_name);
        if (!function) return std::unexpected(function.error());
    }
    return ListEventSourceMappingsResponse{.event_source_mappings =
                                               std::vector<EventSourceMappingConfiguration>()};
}

wire::Outcome<ListFunctionUrlConfigsResponse> ListFunctionUrlConfigs::handle(
    const Caller& caller, ListFunctionUrlConfigsRequest request) const {
    const auto function = present(directory, caller, request.function_name);
    if (!function) return std::unexpected(function.error());
    return ListFunctionUrlConfigsResponse();
}

wire::Outcome<ListProvisionedConcurrencyConfigsResponse> ListProvisionedConcurrencyConfigs::handle(
    const Caller& caller, ListProvisionedConcurrencyConfigsRequest request) const {
    const auto function = present(directory, caller, request.function_name);
    if (!function) return std::unexpected(function.error());
    return ListProvisionedConcurrencyConfigsResponse{
        .provisioned_concurrency_configs = std::vector<ProvisionedConcurrencyConfigListItem>()};
}

}  // namespace gatehouse::api::lambda
