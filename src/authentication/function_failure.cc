#include "authentication/function_failure.h"

#include <fmt/format.h>

namespace gatehouse::authentication {

FunctionFailure failure_of(const Result<functions::InvocationResult>& result,
                           std::string_view answerer, const FunctionCallTimes& times,
                           std::string_view shown) {
    if (result) {
        return {.sentence = fmt::format("{} failed: {}", answerer, shown),
                .is_functions_fault = true};
    }
    const ErrorKind kind = result.error().kind;
    FunctionFailure failure;
    if (kind == ErrorKind::Timeout && times.had_little_time) {
        failure.sentence = fmt::format(
            "{} had {} ms left, since the client "
            "waited for its turn before, and did not answer in that time",
            answerer, times.duration / std::chrono::milliseconds(1));
        failure.passes_by_itself = true;
    } else if (kind == ErrorKind::Timeout) {
        failure.sentence = fmt::format("{} did not answer within {} ms", answerer, times.wait_ms);
    } else {
        failure.sentence =
            fmt::format("{} could not be called: {}", answerer, result.error().message);
        failure.passes_by_itself = kind == ErrorKind::Throttled || kind == ErrorKind::Unavailable ||
                                   kind == ErrorKind::Cancelled;
    }
    // That no process can be made is a failure of the function's, too, to whoever waits for it.
    failure.is_functions_fault = !failure.passes_by_itself || kind == ErrorKind::Unavailable;
    return failure;
}

}  // namespace gatehouse::authentication
