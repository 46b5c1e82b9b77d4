#include "api/lambda/get_function_event_invoke_config.h"

#include "api/lambda/errors.h"
#include "api/lambda/event_config_shapes.h"
#include "api/lambda/function_reference.h"

namespace gatehouse::api::lambda {

wire::Outcome<GetFunctionEventInvokeConfigResponse> GetFunctionEventInvokeConfig::handle(
    const Caller& caller, GetFunctionEventInvokeConfigRequest request) const {
    const auto function = function_of(caller, request.function_name, request.qualifier);
    if (!function) return std::unexpected(function.error());
    const auto config = directory.event_config(*function);
    if (!config) return failure_of(config.error());
    return shape_of(*function, *config);
}

}  // namespace gatehouse::api::lambda
