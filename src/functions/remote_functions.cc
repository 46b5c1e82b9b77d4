#include "functions/remote_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "async/run_on.h"
#include "base/arn.h"
#include "base/encoding.h"
#include "base/uuid.h"
#include "functions/error_bodies.h"
#include "functions/instance_log.h"
#include "functions/trace_header.h"
#include "net/http_url.h"

namespace gatehouse::functions {
namespace {

constexpr unsigned status_ok = 200;
constexpr std::string_view function_error_header = "X-Amz-Function-Error";

InvocationResult failed_with(FunctionErrorKind kind, std::string body) {
    InvocationResult result;
    result.function_error = kind;
    result.payload = std::move(body);
    return result;
}

}  // namespace

Result<void> check_remote(const FunctionConfiguration& configuration) {
    const auto url = net::HttpUrl::parse(configuration.handler);
    if (url) return {};
    return fail(ErrorKind::InvalidInput,
                fmt::format("the handler of a function with the runtime {} is where it is invoked: "
                            "{}",
                            remote_runtime, url.error().message),
                Place{"handler", 0, 0});
}

// What stands behind one version of a function.
struct RemoteInvoker::Remote {
    std::shared_ptr<net::HttpEndpoint> endpoint;
    std::shared_ptr<const FunctionLogSink::Stream> stream;
    std::size_t calls = 0;
};

RemoteInvoker::~RemoteInvoker() = default;

void RemoteInvoker::close() {
    is_closed_ = true;
    for (const auto& [key, remote] : remotes_) remote->endpoint->close();
}

async::Task<Result<InvocationResult>> RemoteInvoker::invoke(FunctionRef function, Payload event,
                                                            InvokeOptions options) {
    FunctionSnapshot found = parts_.functions.choose(function, parts_.random);
    if (!found || !is_remote(found->configuration)) {
        co_return co_await parts_.local.invoke(std::move(function), std::move(event),
                                               std::move(options));
    }
    if (event.size() > request_bytes_max) {
        co_return fail(ErrorKind::TooLarge,
                       fmt::format("Request must be smaller than {} bytes for the "
                                   "InvokeFunction operation",
                                   request_bytes_max));
    }
    co_return co_await async::run_on<Result<InvocationResult>>(
        parts_.home, *async::EventLoop::current(),
        [this, found = std::move(found), event = std::move(event),
         options = std::move(options)]() mutable {
            return invoke_here(std::move(found), std::move(event), std::move(options));
        });
}

Result<net::HttpEndpointSettings> RemoteInvoker::endpoint_settings(const Function& function) {
    auto url = net::HttpUrl::parse(function.configuration.handler);
    if (!url) return fail(ErrorKind::Unavailable, url.error().message);
    const bool may_leave = settings_.network == NetworkAccess::Full;
    if (settings_.network == NetworkAccess::None || (!may_leave && !url->is_loopback())) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("the function is at {}, where functions.network does not reach",
                                url->shown()));
    }
    net::HttpEndpointSettings settings{.url = std::move(*url)};
    settings.plain_http = may_leave ? net::PlainHttp::Anywhere : net::PlainHttp::ToThisMachine;
    settings.answer_bytes_max = response_bytes_max;
    if (settings.url.is_https) {
        if (!trust_) {
            auto trust = net::TlsTrust::of_system();
            if (!trust) return fail(std::move(trust.error()));
            trust_ = std::move(*trust);
        }
        settings.trust = trust_;
    }
    return settings;
}

Result<RemoteInvoker::RemotePtr> RemoteInvoker::remote_of(const Function& function) {
    const FunctionConfiguration& configuration = function.configuration;
    const std::string key = fmt::format("{}:{} {}", configuration.arn, configuration.version.view(),
                                        configuration.handler);
    if (const auto known = remotes_.find(key); known != remotes_.end()) return known->second;
    auto settings = endpoint_settings(function);
    if (!settings) return fail(std::move(settings.error()));
    if (remotes_.size() >= settings_.functions_max) {
        std::erase_if(remotes_, [](const auto& entry) { return entry.second->calls == 0; });
    }
    auto remote = std::make_shared<Remote>();
    remote->endpoint =
        std::make_shared<net::HttpEndpoint>(parts_.home, parts_.lookups, std::move(*settings));
    std::string id = make_uuid(parts_.random);
    std::erase(id, '-');
    remote->stream = std::make_shared<const FunctionLogSink::Stream>(FunctionLogSink::Stream{
        function.tenant, configuration.log_group,
        log_stream_name(parts_.home.clock().wall_now(), configuration, id)});
    remotes_.emplace(key, remote);
    return remote;
}

async::Task<Result<InvocationResult>> RemoteInvoker::invoke_here(FunctionSnapshot function,
                                                                 Payload event,
                                                                 InvokeOptions options) {
    if (is_closed_) co_return fail(ErrorKind::Cancelled, "the server is stopping");
    auto found = remote_of(*function);
    if (!found) co_return fail(std::move(found.error()));
    const RemotePtr remote = std::move(*found);
    const std::size_t reserved = function->reserved_concurrency.value_or(settings_.calls_max);
    if (remote->calls >= std::min(reserved, settings_.calls_max)) {
        co_return fail(ErrorKind::Throttled, "Rate Exceeded.",
                       Place{function->reserved_concurrency
                                 ? "ReservedFunctionConcurrentInvocationLimitExceeded"
                                 : "ConcurrentInvocationLimitExceeded",
                             0, 0});
    }
    const RequestId request =
        options.request_id.empty() ? RequestId(make_uuid(parts_.random)) : options.request_id;
    const std::string trace_id =
        complete_trace_header(options.trace_id, parts_.home.clock().wall_now(), parts_.random);
    net::HttpQuestion question{.body = std::move(event)};
    question.headers.add("Content-Type", "application/json");
    question.headers.add("X-Amzn-Trace-Id", trace_id);
    if (!options.client_context.empty()) {
        question.headers.add("X-Amz-Client-Context", to_base64(bytes_of(options.client_context)));
    }
    const Clock& clock = parts_.home.clock();
    const SteadyTime began = clock.steady_now();
    const Deadline own_limit =
        Deadline::after(clock, std::chrono::seconds(function->configuration.timeout_s));
    const Deadline deadline = options.deadline;
    ++remote->calls;
    const auto answer =
        co_await remote->endpoint->ask(std::move(question), deadline.sooner_of(own_limit));
    --remote->calls;
    const auto duration =
        std::chrono::duration_cast<std::chrono::microseconds>(clock.steady_now() - began);
    auto result = read_answer(answer, *function, request, deadline, own_limit);
    report(*remote, *function, result, request, duration);
    if (result) {
        result->request_id = request;
        result->executed_version = function->configuration.version;
        result->duration = duration;
        result->trace_id = trace_id;
        result->start = answer && answer->was_kept ? StartKind::Warm : StartKind::Cold;
    }
    co_return result;
}

Result<InvocationResult> RemoteInvoker::read_answer(const Result<net::HttpEndpoint::Answer>& answer,
                                                    const Function& function,
                                                    const RequestId& request, Deadline deadline,
                                                    Deadline own_limit) const {
    const FunctionConfiguration& configuration = function.configuration;
    if (!answer && answer.error().kind == ErrorKind::Timeout && own_limit.at() <= deadline.at()) {
        return failed_with(FunctionErrorKind::TimedOut,
                           timeout_body(request, configuration.timeout_s));
    }
    if (!answer && answer.error().kind == ErrorKind::Timeout) {
        return fail(ErrorKind::Timeout, fmt::format("the function {} did not answer in time",
                                                    configuration.name.view()));
    }
    if (!answer && answer.error().kind == ErrorKind::TooLarge) {
        return failed_with(FunctionErrorKind::ResponseTooLarge, too_large_body());
    }
    if (!answer) {
        const ErrorKind kind = answer.error().kind == ErrorKind::Cancelled ? ErrorKind::Cancelled
                                                                           : ErrorKind::Unavailable;
        return fail(kind, answer.error().message);
    }
    const net::HttpResponse& response = answer->response;
    if (response.status != status_ok) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("{} answered with status {}", remote_runtime, response.status));
    }
    InvocationResult result;
    result.payload = response.body;
    if (response.headers.find(function_error_header)) {
        result.function_error = FunctionErrorKind::Raised;
    }
    return result;
}

// The lines that the platform writes about any invocation; what the function prints stays where it
// runs.
void RemoteInvoker::report(const Remote& remote, const Function& function,
                           const Result<InvocationResult>& result, const RequestId& request,
                           std::chrono::microseconds duration) const {
    const WallTime now = parts_.home.clock().wall_now();
    const auto write = [&](std::string_view line) { parts_.log.write(remote.stream, now, line); };
    Report report{
        .request_id = request, .duration = duration, .memory_mb = function.configuration.memory_mb};
    write(fmt::format("START RequestId: {} Version: {}", request.view(),
                      function.configuration.version.view()));
    if (!result) {
        report.status = "error";
        report.error_type = "Gatehouse.RemoteUnavailable";
        write(fmt::format("{}: {}", remote.endpoint->url().shown(), result.error().message));
    } else if (result->function_error == FunctionErrorKind::TimedOut) {
        report.status = "timeout";
    } else if (result->function_error) {
        report.status = "error";
    }
    write(fmt::format("END RequestId: {}", request.view()));
    write(report_line(report));
}

}  // namespace gatehouse::functions
