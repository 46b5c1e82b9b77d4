#include "functions/error_bodies.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <string_view>

#include "base/json.h"
#include "functions/limits.h"

namespace gatehouse::functions {
namespace {

std::string signal_text(int signal) {
    if (signal == SIGKILL) return "signal: killed";
    const char* const name = sigdescr_np(signal);
    std::string text = name == nullptr ? std::to_string(signal) : name;
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return "signal: " + text;
}

std::string platform_body(std::string_view type, std::string_view message) {
    return fmt::format(R"({{"errorType":"{}","errorMessage":{}}})", type, quote_json(message));
}

}  // namespace

std::string timeout_body(const RequestId& request, std::uint32_t timeout_s) {
    return platform_body("Sandbox.Timedout",
                         fmt::format("RequestId: {} Error: Task timed out after {}.00 seconds",
                                     request.view(), timeout_s));
}

std::string exit_body(const RequestId& request, const ProcessEnd& end) {
    std::string reason = "Runtime exited without providing a reason";
    if (end.how == ProcessEnd::How::Signalled) {
        reason = "Runtime exited with error: " + signal_text(end.value);
    } else if (end.value != 0) {
        reason = fmt::format("Runtime exited with error: exit status {}", end.value);
    }
    return platform_body("Runtime.ExitError",
                         fmt::format("RequestId: {} Error: {}", request.view(), reason));
}

std::string too_large_body() {
    return fmt::format(
        R"({{"errorMessage":"Response payload size exceeded maximum allowed payload )"
        R"(size ({} bytes).","errorType":"Function.ResponseSizeTooLarge"}})",
        response_bytes_max);
}

std::string invalid_entrypoint_body(const RequestId& request) {
    return platform_body("Runtime.InvalidEntrypoint",
                         fmt::format("RequestId: {} Error: Couldn't find valid bootstrap(s): "
                                     "[/var/task/bootstrap /opt/bootstrap]",
                                     request.view()));
}

}  // namespace gatehouse::functions
