#include "functions/async_invocations.h"

#include <fmt/format.h>

#include <algorithm>

#include "functions/limits.h"

namespace gatehouse::functions {

using std::chrono::seconds;

struct AsyncInvocations::Event {
    FunctionRef function;
    Payload payload;
    RequestId request;
    std::string trace_id;
    SteadyTime taken{};
    std::uint32_t failures = 0;   // of the function
    std::uint32_t throttles = 0;  // in a row; of the service
};

struct AsyncInvocations::Next {
    std::optional<seconds> after;  // unset: it is over
    std::string_view reason;       // without `after`: why it was dropped; empty: it was done
    std::string details;
};

AsyncInvocations::AsyncInvocations(Parts parts, AsyncInvocationSettings settings)
    : parts_(parts), settings_(settings), tasks_(parts.loop, "asynchronous invocations") {}

AsyncInvocations::~AsyncInvocations() = default;

Result<void> AsyncInvocations::take(FunctionRef function, Payload payload, RequestId request,
                                    std::string trace_id) {
    if (payload.size() > async_request_bytes_max) {
        return fail(ErrorKind::TooLarge,
                    fmt::format("Request must be smaller than {} bytes for the InvokeFunction "
                                "operation with invocation type Event",
                                async_request_bytes_max));
    }
    const auto of_function = pending_of_.find({function.tenant, function.name});
    if (stopping_ || pending_ >= settings_.events_max ||
        bytes_ + payload.size() > settings_.bytes_max ||
        (of_function != pending_of_.end() &&
         of_function->second >= settings_.events_per_function_max)) {
        return fail(ErrorKind::Throttled, "Rate Exceeded.",
                    Place{"FunctionInvocationRateLimitExceeded", 0, 0});
    }
    ++pending_;
    ++pending_of_[{function.tenant, function.name}];
    bytes_ += payload.size();
    tasks_.start(see_through({.function = std::move(function),
                              .payload = std::move(payload),
                              .request = std::move(request),
                              .trace_id = std::move(trace_id),
                              .taken = parts_.loop.clock().steady_now()}));
    return {};
}

async::Task<void> AsyncInvocations::see_through(Event event) {
    while (true) {
        // The request id is the same in each attempt, as on AWS.
        const auto result = co_await parts_.invoker.invoke(
            event.function, event.payload,
            {.request_id = event.request, .trace_id = event.trace_id});
        const bool by_function = result && result->function_error;
        event.failures += by_function ? 1 : 0;
        event.throttles = result ? 0 : event.throttles + 1;
        const Next next = next_of(event, result);
        if (next.after && !stopping_) {
            co_await wait(*next.after);
            if (!stopping_) continue;
        }
        if (next.after) {
            report_dropped(event, "SERVER_STOPPED",
                           "the server stopped before the event was tried again");
        } else if (!next.reason.empty()) {
            report_dropped(event, next.reason, next.details);
        }
        break;
    }
    --pending_;
    bytes_ -= event.payload.size();
    const auto count = pending_of_.find({event.function.tenant, event.function.name});
    if (--count->second == 0) pending_of_.erase(count);
}

AsyncInvocations::Next AsyncInvocations::next_of(const Event& event,
                                                 const Result<InvocationResult>& result) const {
    if (result && !result->function_error) return {};
    Next next{.after = {}, .reason = "RETRIES_EXHAUSTED", .details = {}};
    if (result) {
        if (event.failures <= 2) {
            next.after = event.failures == 1 ? settings_.first_retry : settings_.second_retry;
        }
        next.details = fmt::format("the function failed {} times, at last with: {}", event.failures,
                                   result->payload.substr(0, 1024));
    } else {
        const ErrorKind kind = result.error().kind;
        next.details = result.error().message;
        const bool passes = kind == ErrorKind::Throttled || kind == ErrorKind::Unavailable ||
                            kind == ErrorKind::Cancelled;
        if (!passes) return next;
        const std::uint32_t doublings = std::min(event.throttles - 1, 16U);
        next.after = std::min(settings_.backoff_max, settings_.backoff_first * (1 << doublings));
    }
    const auto age = parts_.loop.clock().steady_now() - event.taken;
    if (next.after && age + *next.after > settings_.age_max) {
        next.after.reset();
        next.reason = "EVENT_AGE_EXCEEDED";
    }
    return next;
}

async::Task<void> AsyncInvocations::wait(seconds time) {
    async::Wake wake(parts_.loop);
    waiting_.insert(&wake);
    co_await wake.wait(Deadline::after(parts_.loop.clock(), time));
    waiting_.erase(&wake);
}

void AsyncInvocations::report_dropped(const Event& event, std::string_view reason,
                                      std::string_view details) {
    parts_.events.record({.tenant = event.function.tenant,
                          .type = logs::EventType::FunctionNotice,
                          .status = logs::Status::Failure,
                          .trace_id = event.request.view(),
                          .reason = reason,
                          .details = details,
                          .function_name = event.function.name.view()});
}

void AsyncInvocations::stop() {
    stopping_ = true;
    for (async::Wake* const wake : waiting_) wake->notify();
}

async::Task<void> AsyncInvocations::join() {
    co_await tasks_.join(Deadline::never());
}

}  // namespace gatehouse::functions
