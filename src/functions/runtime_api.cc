#include "functions/runtime_api.h"

#include <fmt/format.h>

#include <cassert>
#include <utility>

#include "base/encoding.h"
#include "base/json.h"
#include "functions/limits.h"

namespace gatehouse::functions {
namespace {

using Outcome = RuntimeApi::Outcome;
using Event = RuntimeApi::Event;

constexpr std::string_view runtime_root = "/2018-06-01/runtime/";
constexpr std::string_view accepted = R"({"status":"OK"})";

Outcome refuse(unsigned status, std::string_view type, std::string_view message) {
    Outcome outcome;
    outcome.status = status;
    outcome.answer =
        fmt::format(R"({{"errorMessage":{},"errorType":"{}"}})", quote_json(message), type);
    return outcome;
}

Outcome wrong_state() {
    return refuse(403, "InvalidStateTransition", "Transition is not allowed");
}

Outcome no_such_path() {
    return refuse(404, "NotFound", "no such operation of the Runtime API");
}

bool is_response_mode(std::string_view mode) {
    return mode.empty() || mode == "streaming" || mode == "buffered";
}

std::string_view status_line(unsigned status) {
    switch (status) {
        case 200: return "HTTP/1.1 200 OK\r\n";
        case 202: return "HTTP/1.1 202 Accepted\r\n";
        case 400: return "HTTP/1.1 400 Bad Request\r\n";
        case 403: return "HTTP/1.1 403 Forbidden\r\n";
        case 404: return "HTTP/1.1 404 Not Found\r\n";
        case 413: return "HTTP/1.1 413 Payload Too Large\r\n";
        default: return "HTTP/1.1 500 Internal Server Error\r\n";
    }
}

void add_header(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty() || value.find_first_of("\r\n") != value.npos) return;
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

}  // namespace

std::string http_answer(unsigned status, std::string_view content_type, std::string_view body) {
    return fmt::format("{}Content-Type: {}\r\nContent-Length: {}\r\n\r\n{}", status_line(status),
                       content_type, body.size(), body);
}

Outcome RuntimeApi::handle(RuntimeRequest request) {
    std::string_view path = request.path;
    if (path == "/ping") return {.status = 200, .answer = "pong"};
    if (!path.starts_with(runtime_root)) return extension(request);
    path.remove_prefix(runtime_root.size());
    if (path == "invocation/next" && request.method == "GET") return next();
    if (path == "init/error" && request.method == "POST") return init_error(std::move(request));
    constexpr std::string_view invocation = "invocation/";
    if (path.starts_with(invocation) && request.method == "POST") {
        const std::string rest(path.substr(invocation.size()));
        return answer_invocation(rest, std::move(request));
    }
    return no_such_path();
}

Outcome RuntimeApi::next() {
    // Asking before having answered is allowed: the next event comes after the answer, which
    // another connection may bring.
    if (state_ == State::Running && !std::exchange(asked_early_, true)) return {};
    if (state_ != State::Starting && state_ != State::Answered) return wrong_state();
    state_ = State::Waiting;
    return {.event = Event::Ready};
}

Outcome RuntimeApi::init_error(RuntimeRequest request) {
    if (state_ != State::Starting) return wrong_state();
    state_ = State::InitFailed;
    return {.event = Event::InitError,
            .status = 202,
            .answer = std::string(accepted),
            .body = std::move(request.body),
            .error_type = std::move(request.error_type)};
}

Outcome RuntimeApi::answer_invocation(std::string_view rest, RuntimeRequest request) {
    const auto slash = rest.find('/');
    const std::string_view id = rest.substr(0, slash);
    const std::string_view kind = slash == rest.npos ? "" : rest.substr(slash + 1);
    if (kind != "response" && kind != "error") return no_such_path();
    if (state_ == State::Starting || state_ == State::InitFailed) return wrong_state();
    if (state_ != State::Running || id != current_.view()) {
        return refuse(400, "InvalidRequestID", "Invalid request ID");
    }
    const bool also_ready = std::exchange(asked_early_, false);
    state_ = also_ready ? State::Waiting : State::Answered;
    Outcome outcome = outcome_of(kind, std::move(request));
    outcome.also_ready = also_ready;
    return outcome;
}

// The answer to an invocation that may be answered.
Outcome RuntimeApi::outcome_of(std::string_view kind, RuntimeRequest request) {
    if (request.body_too_large) {
        Outcome outcome = refuse(
            413, "RequestEntityTooLarge",
            fmt::format("Exceeded maximum allowed payload size ({} bytes).", response_bytes_max));
        outcome.event = Event::ResponseTooLarge;
        return outcome;
    }
    if (kind == "response" && !is_response_mode(request.response_mode)) {
        Outcome outcome =
            refuse(400, "InvalidFunctionResponseMode", "Invalid function response mode");
        outcome.event = Event::Error;
        outcome.error_type = "Runtime.InvalidResponseModeHeader";
        outcome.body =
            fmt::format(R"({{"errorType":"{}","errorMessage":"Invalid function response mode"}})",
                        outcome.error_type);
        return outcome;
    }
    Outcome outcome{.event = kind == "error" ? Event::Error : Event::Response,
                    .status = 202,
                    .answer = std::string(accepted),
                    .body = std::move(request.body),
                    .error_type = std::move(request.error_type)};
    if (!request.trailer_error_type.empty()) {
        // A streamed answer that ended in an error: the error stands in for what was streamed.
        outcome.event = Event::Error;
        outcome.error_type = std::move(request.trailer_error_type);
        const auto body = from_base64(request.trailer_error_body);
        outcome.body = body ? std::string(text_of(*body)) : std::string();
    }
    return outcome;
}

// Extensions and log subscriptions do not exist here; what asks for them is told so in the form
// its library expects, and goes on.
Outcome RuntimeApi::extension(const RuntimeRequest& request) {
    const std::string_view path = request.path;
    if (path.starts_with("/2020-01-01/extension/")) {
        return refuse(403, "Extension.NotSupported", "Extensions are not supported");
    }
    if (path.starts_with("/2020-08-15/logs")) {
        return refuse(202, "Logs.NotSupported", "Logs API is not supported");
    }
    if (path.starts_with("/2022-07-01/telemetry")) {
        return refuse(202, "Telemetry.NotSupported", "Telemetry API is not supported");
    }
    return no_such_path();
}

std::string RuntimeApi::give(const Invocation& invocation) {
    assert(state_ == State::Waiting);
    state_ = State::Running;
    current_ = invocation.request_id;
    std::string out;
    out.reserve(512 + invocation.payload.size() + invocation.client_context.size());
    out += status_line(200);
    out += "Content-Type: application/json\r\n";
    add_header(out, "Lambda-Runtime-Aws-Request-Id", invocation.request_id.view());
    add_header(out, "Lambda-Runtime-Deadline-Ms", std::to_string(invocation.deadline_ms));
    add_header(out, "Lambda-Runtime-Invoked-Function-Arn", invocation.function_arn);
    add_header(out, "Lambda-Runtime-Trace-Id", invocation.trace_id);
    add_header(out, "Lambda-Runtime-Client-Context", invocation.client_context);
    add_header(out, "Content-Length", std::to_string(invocation.payload.size()));
    out += "\r\n";
    out += invocation.payload;
    return out;
}

void RuntimeApi::forget_waiting() {
    asked_early_ = false;
    if (state_ == State::Waiting) state_ = State::Answered;
}

}  // namespace gatehouse::functions
