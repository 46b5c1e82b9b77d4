// PutFunctionConcurrency: how much of a function may run at once; 0 switches it off.
// Source: AWS Lambda API Reference, PutFunctionConcurrency.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/put_function_concurrency.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct PutFunctionConcurrency {
    using Shape = PutFunctionConcurrencyShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<PutFunctionConcurrencyResponse>> handle(
        const Caller& caller, PutFunctionConcurrencyRequest request) const;
};

}  // namespace gatehouse::api::lambda
