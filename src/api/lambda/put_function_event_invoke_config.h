// PutFunctionEventInvokeConfig: how often and how long events that nobody waits for are tried.
// Source: AWS Lambda API Reference, PutFunctionEventInvokeConfig.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/put_function_event_invoke_config.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct PutFunctionEventInvokeConfig {
    using Shape = PutFunctionEventInvokeConfigShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<PutFunctionEventInvokeConfigResponse>> handle(
        const Caller& caller, PutFunctionEventInvokeConfigRequest request) const;
};

}  // namespace gatehouse::api::lambda
