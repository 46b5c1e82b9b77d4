// GetFunctionConfiguration: what a function is set to.
// Source: AWS Lambda API Reference, GetFunctionConfiguration.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/get_function_configuration.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct GetFunctionConfiguration {
    using Shape = GetFunctionConfigurationShape;

    functions::FunctionDirectory& directory;

    wire::Outcome<GetFunctionConfigurationResponse> handle(
        const Caller& caller, GetFunctionConfigurationRequest request) const;
};

}  // namespace gatehouse::api::lambda
