// CreateFunction: a function from a zip package.
// Source: AWS Lambda API Reference, CreateFunction.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/create_function.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct CreateFunction {
    using Shape = CreateFunctionShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<CreateFunctionResponse>> handle(const Caller& caller,
                                                              CreateFunctionRequest request) const;
};

}  // namespace gatehouse::api::lambda
