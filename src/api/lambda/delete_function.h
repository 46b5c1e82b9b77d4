// DeleteFunction: with its package, its permissions and everything else that is its own.
// Source: AWS Lambda API Reference, DeleteFunction.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/delete_function.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct DeleteFunction {
    using Shape = DeleteFunctionShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<DeleteFunctionResponse>> handle(const Caller& caller,
                                                              DeleteFunctionRequest request) const;
};

}  // namespace gatehouse::api::lambda
