// GetFunctionEventInvokeConfig: as it was set; not found when it never was.
// Source: AWS Lambda API Reference, GetFunctionEventInvokeConfig.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/get_function_event_invoke_config.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct GetFunctionEventInvokeConfig {
    using Shape = GetFunctionEventInvokeConfigShape;

    functions::FunctionDirectory& directory;

    wire::Outcome<GetFunctionEventInvokeConfigResponse> handle(
        const Caller& caller, GetFunctionEventInvokeConfigRequest request) const;
};

}  // namespace gatehouse::api::lambda
