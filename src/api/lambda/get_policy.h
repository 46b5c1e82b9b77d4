// GetPolicy: who else may invoke a function.
// Source: AWS Lambda API Reference, GetPolicy.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/get_policy.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct GetPolicy {
    using Shape = GetPolicyShape;

    functions::FunctionDirectory& directory;

    wire::Outcome<GetPolicyResponse> handle(const Caller& caller, GetPolicyRequest request) const;
};

}  // namespace gatehouse::api::lambda
