// How events are repeated, between the API's shapes and the module's values.
#pragma once

#include <optional>

#include "api/shapes/lambda/types/function_event_invoke_config.h"
#include "api/wire/failure.h"
#include "functions/invoker.h"

namespace gatehouse::api::lambda {

FunctionEventInvokeConfig shape_of(const functions::FunctionRef& function,
                                   const functions::EventInvokeConfig& config);
// Destinations are not served: refused instead of being ignored.
wire::Outcome<void> check_destinations(const std::optional<DestinationConfig>& destinations);

}  // namespace gatehouse::api::lambda
