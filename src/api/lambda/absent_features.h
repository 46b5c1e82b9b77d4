// What functions may have on AWS and have not here: code signing, provisioned concurrency, URLs,
// event source mappings, a say in runtimes and recursion. Tools ask for it whenever they read a
// function, and find that there is none, or what AWS has unless it is told otherwise.
// Source: AWS Lambda API Reference, the operations of the same names.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/delete_function_code_signing_config.h"
#include "api/shapes/lambda/delete_provisioned_concurrency_config.h"
#include "api/shapes/lambda/get_event_source_mapping.h"
#include "api/shapes/lambda/get_function_code_signing_config.h"
#include "api/shapes/lambda/get_function_recursion_config.h"
#include "api/shapes/lambda/get_function_url_config.h"
#include "api/shapes/lambda/get_provisioned_concurrency_config.h"
#include "api/shapes/lambda/get_runtime_management_config.h"
#include "api/shapes/lambda/list_event_source_mappings.h"
#include "api/shapes/lambda/list_function_url_configs.h"
#include "api/shapes/lambda/list_provisioned_concurrency_configs.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct DeleteFunctionCodeSigningConfig {
    using Shape = DeleteFunctionCodeSigningConfigShape;
    functions::FunctionDirectory& directory;

    wire::Outcome<DeleteFunctionCodeSigningConfigResponse> handle(
        const Caller& caller, DeleteFunctionCodeSigningConfigRequest request) const;
};

struct DeleteProvisionedConcurrencyConfig {
    using Shape = DeleteProvisionedConcurrencyConfigShape;
    functions::FunctionDirectory& directory;

    wire::Outcome<DeleteProvisionedConcurrencyConfigResponse> handle(
        const Caller& caller, DeleteProvisionedConcurrencyConfigRequest request) const;
};

struct GetEventSourceMapping {
    using Shape = GetEventSourceMappingShape;

    wire::Outcome<EventSourceMappingConfiguration> handle(
        const Caller& caller, GetEventSourceMappingRequest request) const;
};

struct GetFunctionCodeSigningConfig {
    using Shape = GetFunctionCodeSigningConfigShape;
    functions::FunctionDirectory& directory;

    wire::Outcome<GetFunctionCodeSigningConfigResponse> handle(
        const Caller& caller, GetFunctionCodeSigningConfigRequest request) const;
};

struct GetFunctionRecursionConfig {
    using Shape = GetFunctionRecursionConfigShape;
    functions::FunctionDirectory& directory;

    wire::Outcome<GetFunctionRecursionConfigResponse> handle(
        const Caller& caller, GetFunctionRecursionConfigRequest request) const;
};

struct GetFunctionUrlConfig {
    using Shape = GetFunctionUrlConfigShape;
    functions::FunctionDirectory& directory;

    wire::Outcome<GetFunctionUrlConfigResponse> handle(const Caller& caller,
                                                       GetFunctionUrlConfigRequest request) const;
};

struct GetProvisionedConcurrencyConfig {
    using Shape = GetProvisionedConcurrencyConfigShape;
    functions::FunctionDirectory& directory;

    wire::Outcome<GetProvisionedConcurrencyConfigResponse> handle(
        const Caller& caller, GetProvisionedConcurrencyConfigRequest request) const;
};

struct GetRuntimeManagementConfig {
    using Shape = GetRuntimeManagementConfigShape;
    functions::FunctionDirectory& directory;

    wire::Outcome<GetRuntimeManagementConfigResponse> handle(
        const Caller& caller, GetRuntimeManagementConfigRequest request) const;
};

struct ListEventSourceMappings {
    using Shape = ListEventSourceMappingsShape;
    functions::FunctionDirectory& directory;

    wire::Outcome<ListEventSourceMappingsResponse> handle(
        const Caller& caller, ListEventSourceMappingsRequest request) const;
};

struct ListFunctionUrlConfigs {
    using Shape = ListFunctionUrlConfigsShape;
    functions::FunctionDirectory& directory;

    wire::Outcome<ListFunctionUrlConfigsResponse> handle(
        const Caller& caller, ListFunctionUrlConfigsRequest request) const;
};

struct ListProvisionedConcurrencyConfigs {
    using Shape = ListProvisionedConcurrencyConfigsShape;
    functions::FunctionDirectory& directory;

    wire::Outcome<ListProvisionedConcurrencyConfigsResponse> handle(
        const Caller& caller, ListProvisionedConcurrencyConfigsRequest request) const;
};

}  // namespace gatehouse::api::lambda
