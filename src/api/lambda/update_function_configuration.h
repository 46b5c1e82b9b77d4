// UpdateFunctionConfiguration: what is given changes, the rest stays; variables are replaced as a
// whole.
// Source: AWS Lambda API Reference, UpdateFunctionConfiguration.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/lambda/update_function_configuration.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

struct UpdateFunctionConfiguration {
    using Shape = UpdateFunctionConfigurationShape;

    functions::FunctionDirectory& directory;

    async::Task<wire::Outcome<UpdateFunctionConfigurationResponse>> handle(
        const Caller& caller, UpdateFunctionConfigurationRequest request) const;
};

}  // namespace gatehouse::api::lambda
