// PutFunctionEventInvokeConfig and UpdateFunctionEventInvokeConfig, which differ in what becomes of
// the members that are not given.
#pragma once

#include "api/lambda/errors.h"
#include "api/lambda/event_config_shapes.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/function_shapes.h"
#include "api/shapes/lambda/errors.h"
#include "async/task.h"
#include "functions/function_directory.h"

namespace gatehouse::api::lambda {

template <class Request>
async::Task<wire::Outcome<FunctionEventInvokeConfig>> change_event_config(
    functions::FunctionDirectory& directory, const Caller& caller, Request request,
    functions::FunctionDirectory::EventConfigChange change) {
    if (!request.maximum_retry_attempts && !request.maximum_event_age_in_seconds &&
        !request.destination_config) {
        co_return wire::fail_as(
            errors::invalid_parameter_value_exception,
            "You must specify at least one of error handling or destination setting.");
    }
    const auto function = function_of(caller, request.function_name, request.qualifier);
    if (!function) co_return std::unexpected(function.error());
    if (auto fine = check_destinations(request.destination_config); !fine) {
        co_return std::unexpected(fine.error());
    }
    const auto config = co_await directory.configure_events(
        *function,
        {.retries_max = number_of(request.maximum_retry_attempts),
         .age_max_s = number_of(request.maximum_event_age_in_seconds)},
        change);
    if (!config) co_return failure_of(config.error());
    co_return shape_of(*function, *config);
}

}  // namespace gatehouse::api::lambda
