// DeleteFunctionConcurrency: back to what all functions share.
// Source: AWS Lambda API Reference, DeleteFunctionConcurrency.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/delete_function_concurrency.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct DeleteFunctionConcurrency {
    using Shape = DeleteFunctionConcurrencyShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<DeleteFunctionConcurrencyResponse>> handle(
        const Caller& caller, DeleteFunctionConcurrencyRequest request) const;
};

}  // namespace gatehouse::api::lambda
