// ListFunctionEventInvokeConfigs: those of a function, its versions and aliases.
// Source: AWS Lambda API Reference, ListFunctionEventInvokeConfigs.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/list_function_event_invoke_configs.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct ListFunctionEventInvokeConfigs {
    using Shape = ListFunctionEventInvokeConfigsShape;

    functions::FunctionDirectory& directory;

    wire::Outcome<ListFunctionEventInvokeConfigsResponse> handle(
        const Caller& caller, ListFunctionEventInvokeConfigsRequest request) const;
};

}  // namespace gatehouse::api::lambda
