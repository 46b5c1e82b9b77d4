// GetFunctionConcurrency: empty when nothing is reserved.
// Source: AWS Lambda API Reference, GetFunctionConcurrency.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/get_function_concurrency.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct GetFunctionConcurrency {
    using Shape = GetFunctionConcurrencyShape;

    functions::FunctionDirectory& directory;

    wire::Outcome<GetFunctionConcurrencyResponse> handle(
        const Caller& caller, GetFunctionConcurrencyRequest request) const;
};

}  // namespace gatehouse::api::lambda
