// UpdateFunctionEventInvokeConfig: what the request does not name stays.
// Source: AWS Lambda API Reference, UpdateFunctionEventInvokeConfig.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/update_function_event_invoke_config.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct UpdateFunctionEventInvokeConfig {
    using Shape = UpdateFunctionEventInvokeConfigShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<UpdateFunctionEventInvokeConfigResponse>> handle(
        const Caller& caller, UpdateFunctionEventInvokeConfigRequest request) const;
};

}  // namespace gatehouse::api::lambda
