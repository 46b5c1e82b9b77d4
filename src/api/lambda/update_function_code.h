// UpdateFunctionCode: another package for a function.
// Source: AWS Lambda API Reference, UpdateFunctionCode.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/update_function_code.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct UpdateFunctionCode {
    using Shape = UpdateFunctionCodeShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<UpdateFunctionCodeResponse>> handle(
        const Caller& caller, UpdateFunctionCodeRequest request) const;
};

}  // namespace gatehouse::api::lambda
