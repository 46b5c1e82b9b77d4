#include "api/lambda/update_function_event_invoke_config.h"

#include "api/lambda/errors.h"
#include "api/lambda/event_config_shapes.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/function_shapes.h"

namespace gatehouse::api::lambda {

async::Task<wire::Outcome<UpdateFunctionEventInvokeConfigResponse>>
UpdateFunctionEventInvokeConfig::handle(const Caller& caller,
                                        UpdateFunctionEventInvokeConfigRequest request) const {
    const auto function = function_of(caller, request.function_name, request.qualifier);
    if (!function) co_return std::unexpected(function.error());
    if (auto fine = check_destinations(request.destination_config); !fine) {
        co_return std::unexpected(fine.error());
    }
    const auto config = co_await directory.configure_events(
        *function,
        {.retries_max = number_of(request.maximum_retry_attempts),
         .age_max_s = number_of(request.maximum_event_age_in_seconds)},
        functions::FunctionDirectory::EventConfigChange::Merge);
    if (!config) co_return failure_of(config.error());
    co_return shape_of(*function, *config);
}

}  // namespace gatehouse::api::lambda
