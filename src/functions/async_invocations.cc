#include "functions/async_invocations.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace gatehouse::functions {

using std::chrono::seconds;

struct AsyncInvocations::Event : StoredEvent {
    EventKept kept = EventKept::OnDisk;
};

struct AsyncInvocations::Next {
    std::optional<seconds> after;  // unset: it is over
    std::string_view reason;       // without `after`: why it was dropped; empty: it was done
    std::string details;
};

AsyncInvocations::AsyncInvocations(Parts parts, AsyncInvocationSettings settings)
    : parts_(parts), settings_(settings), tasks_(parts.loop, "asynchronous invocations") {}

AsyncInvocations::~AsyncInvocations() = default;

bool AsyncInvocations::reserve(const FunctionRef& function, std::size_t bytes) {
    std::size_t& of_function = pending_of_[{function.tenant, function.name}];
    if (stopping_ || pending_ >= settings_.events_max || bytes_ + bytes > settings_.bytes_max ||
        of_function >= settings_.events_per_function_max) {
        if (of_function == 0) pending_of_.erase({function.tenant, function.name});
        return false;
    }
    ++pending_;
    ++of_function;
    bytes_ += bytes;
    return true;
}

void AsyncInvocations::release(const FunctionRef& function, std::size_t bytes) {
    --pending_;
    bytes_ -= bytes;
    const auto count = pending_of_.find({function.tenant, function.name});
    if (--count->second == 0) pending_of_.erase(count);
}

Result<void> AsyncInvocations::resume() {
    auto events = load_events(parts_.store.blocking());
    if (!events) return fail(std::move(events.error()));
    for (StoredEvent& event : *events) {
        // They were taken once: the bounds of today do not turn them away.
        ++pending_;
        ++pending_of_[{event.function.tenant, event.function.name}];
        bytes_ += event.payload.size();
        parts_.loop.post([this, one = Event{std::move(event)}]() mutable {
            tasks_.start(see_through(std::move(one)));
        });
    }
    return {};
}

async::Task<Result<void>> AsyncInvocations::take(FunctionRef function, Payload payload,
                                                 RequestId request, std::string trace_id,
                                                 EventKept kept) {
    if (payload.size() > async_request_bytes_max) {
        co_return fail(ErrorKind::TooLarge,
                       fmt::format("Request must be smaller than {} bytes for the InvokeFunction "
                                   "operation with invocation type Event",
                                   async_request_bytes_max));
    }
    const std::size_t bytes = payload.size();
    if (!reserve(function, bytes)) {
        co_return fail(ErrorKind::Throttled, "Rate Exceeded.",
                       Place{"FunctionInvocationRateLimitExceeded", 0, 0});
    }
    const WallTime now = parts_.loop.clock().wall_now();
    Event event{{.function = std::move(function),
                 .request = std::move(request),
                 .trace_id = std::move(trace_id),
                 .payload = std::move(payload),
                 .taken = now,
                 .next_try = now},
                kept};
    if (kept == EventKept::OnDisk) {
        storage::Batch batch;
        put_payload(batch, event);
        put_event(batch, event);
        Result<storage::Revision> written = co_await parts_.store.apply(std::move(batch));
        if (!written) {
            release(event.function, bytes);
            co_return fail(std::move(written.error()));
        }
    }
    tasks_.start(see_through(std::move(event)));
    co_return Result<void>();
}

async::Task<void> AsyncInvocations::see_through(Event event) {
    co_await wait_until(event.next_try);
    while (!stopping_) {
        // The request id is the same in each attempt, as on AWS.
        const auto result = co_await parts_.invoker.invoke(
            event.function, event.payload,
            {.request_id = event.request, .trace_id = event.trace_id});
        const bool by_function = result && result->function_error;
        // What did not come to pass because the server stops is tried again by the next one.
        if (stopping_ && !result) break;
        event.failures += by_function ? 1 : 0;
        event.throttles = result ? 0 : event.throttles + 1;
        const Next next = next_of(event, result);
        if (next.after) {
            event.next_try = parts_.loop.clock().wall_now() + *next.after;
            co_await keep(event);
            co_await wait_until(event.next_try);
            continue;
        }
        if (!next.reason.empty()) report_dropped(event, next.reason, next.details);
        co_await forget(event);
        break;
    }
    release(event.function, event.payload.size());
}

async::Task<void> AsyncInvocations::forget(const Event& event) {
    if (event.kept == EventKept::InMemory) co_return;
    storage::Batch batch;
    remove_event(batch, event);
    // When it stays it comes again after the next start, which is allowed.
    [[maybe_unused]] const auto removed = co_await parts_.store.apply(std::move(batch));
}

async::Task<void> AsyncInvocations::keep(const Event& event) {
    if (event.kept == EventKept::InMemory) co_return;
    storage::Batch batch;
    put_event(batch, event);
    // When it is not kept a restart tries the event sooner than it should.
    [[maybe_unused]] const auto kept = co_await parts_.store.apply(std::move(batch));
}

AsyncInvocations::Next AsyncInvocations::next_of(const Event& event,
                                                 const Result<InvocationResult>& result) const {
    if (result && !result->function_error) return {};
    const EventInvokeConfig config = parts_.config_of(event.function);
    Next next{.after = {}, .reason = "RETRIES_EXHAUSTED", .details = {}};
    if (result) {
        if (event.failures <= config.retries_max.value_or(event_retries_max)) {
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
    const auto age_max = config.age_max_s ? seconds(*config.age_max_s) : settings_.age_max;
    const auto age = parts_.loop.clock().wall_now() - event.taken;
    if (next.after && age + *next.after > age_max) {
        next.after.reset();
        next.reason = "EVENT_AGE_EXCEEDED";
    }
    return next;
}

async::Task<void> AsyncInvocations::wait_until(WallTime time) {
    const auto left = time - parts_.loop.clock().wall_now();
    if (stopping_ || left <= left.zero()) co_return;
    async::Wake wake(parts_.loop);
    waiting_.insert(&wake);
    co_await wake.wait(Deadline::after(parts_.loop.clock(), left));
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
