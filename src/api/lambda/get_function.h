// GetFunction: what a function is set to, its tags and its reserved concurrency. Difference:
// no address to download the package from.
// Source: AWS Lambda API Reference, GetFunction.
#pragma once

#include "api/endpoint.h"
#include "api/lambda/code_links.h"
#include "api/shapes/lambda/get_function.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct GetFunction {
    using Shape = GetFunctionShape;

    functions::FunctionDirectory& directory;
    const CodeLinks& code_links;

    wire::Outcome<GetFunctionResponse> handle(const Caller& caller,
                                              GetFunctionRequest request) const;
};

}  // namespace gatehouse::api::lambda
