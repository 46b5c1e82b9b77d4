#include "api/lambda/get_function_configuration.h"

#include "api/lambda/errors.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/function_shapes.h"

namespace gatehouse::api::lambda {

wire::Outcome<GetFunctionConfigurationResponse> GetFunctionConfiguration::handle(
    const Caller& caller, GetFunctionConfigurationRequest request) const {
    const auto asked = function_of(caller, request.function_name, request.qualifier);
    if (!asked) return std::unexpected(asked.error());
    const auto found = directory.get(caller.tenant, asked->name, asked->qualifier);
    if (!found) return failure_of(found.error());
    return shape_of((*found)->configuration, asked->qualifier.view());
}

}  // namespace gatehouse::api::lambda
