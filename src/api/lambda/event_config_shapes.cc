#include "api/lambda/event_config_shapes.h"

#include <fmt/format.h>

#include "api/shapes/lambda/errors.h"
#include "base/arn.h"

namespace gatehouse::api::lambda {

FunctionEventInvokeConfig shape_of(const functions::FunctionRef& function,
                                   const functions::EventInvokeConfig& config) {
    const std::string_view qualifier =
        function.qualifier.empty() ? functions::latest_version : function.qualifier.view();
    FunctionEventInvokeConfig shape{
        .last_modified = config.last_modified,
        .function_arn = make_arn(function.tenant, "lambda",
                                 fmt::format("function:{}:{}", function.name.view(), qualifier)),
        .destination_config =
            DestinationConfig{.on_success = OnSuccess(), .on_failure = OnFailure()}};
    if (config.retries_max) {
        shape.maximum_retry_attempts = static_cast<std::int32_t>(*config.retries_max);
    }
    if (config.age_max_s) {
        shape.maximum_event_age_in_seconds = static_cast<std::int32_t>(*config.age_max_s);
    }
    return shape;
}

wire::Outcome<void> check_destinations(const std::optional<DestinationConfig>& destinations) {
    const bool is_named =
        destinations && ((destinations->on_success && destinations->on_success->destination) ||
                         (destinations->on_failure && destinations->on_failure->destination));
    if (!is_named) return {};
    return wire::fail_as(errors::invalid_parameter_value_exception,
                         "Gatehouse does not support destinations of asynchronous invocations");
}

}  // namespace gatehouse::api::lambda
