// ListVersionsByFunction: $LATEST, then what was published, the oldest first.
// Source: AWS Lambda API Reference, ListVersionsByFunction.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/list_versions_by_function.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct ListVersionsByFunction {
    using Shape = ListVersionsByFunctionShape;

    functions::FunctionDirectory& directory;

    wire::Outcome<ListVersionsByFunctionResponse> handle(
        const Caller& caller, ListVersionsByFunctionRequest request) const;
};

}  // namespace gatehouse::api::lambda
