// DeleteFunctionEventInvokeConfig: back to the defaults.
// Source: AWS Lambda API Reference, DeleteFunctionEventInvokeConfig.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/delete_function_event_invoke_config.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct DeleteFunctionEventInvokeConfig {
    using Shape = DeleteFunctionEventInvokeConfigShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<DeleteFunctionEventInvokeConfigResponse>> handle(
        const Caller& caller, DeleteFunctionEventInvokeConfigRequest request) const;
};

}  // namespace gatehouse::api::lambda
