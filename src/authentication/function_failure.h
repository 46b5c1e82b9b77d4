// What it means that a function which was asked who a client is gave no answer. Pure.
//
// Source: our own.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "functions/invoker.h"

namespace gatehouse::authentication {

// How it was asked.
struct FunctionCallTimes {
    std::chrono::microseconds duration{};
    std::uint32_t wait_ms = 0;     // that it has by right
    bool had_little_time = false;  // since the client waited for its turn before
};

struct FunctionFailure {
    std::string sentence;
    bool passes_by_itself = false;    // so that the client may try again soon
    bool is_functions_fault = false;  // and counts against it
};

// Of a call that failed, or whose function did; `answerer` is who was asked ("the function of
// authorizer 'x'"), `shown` what may be shown of its payload.
FunctionFailure failure_of(const Result<functions::InvocationResult>& result,
                           std::string_view answerer, const FunctionCallTimes& times,
                           std::string_view shown);

}  // namespace gatehouse::authentication
