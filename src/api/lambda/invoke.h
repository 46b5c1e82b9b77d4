// Invoke: runs a function and waits for its answer, or takes the event for later (Event), or only
// says whether it could be run (DryRun).
// Source: AWS Lambda API Reference, Invoke.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/invoke.h"
#include "functions/async_invocations.h"
#include "functions/function_directory.h"
#include "functions/invoker.h"

namespace gatehouse::api::lambda {

struct Invoke {
    using Shape = InvokeShape;

    functions::FunctionDirectory& directory;
    functions::FunctionInvoker& invoker;
    functions::AsyncInvocations& async_invocations;

    async::Task<wire::Outcome<InvokeResponse>> handle(const Caller& caller,
                                                      InvokeRequest request) const;
};

}  // namespace gatehouse::api::lambda
