// Events that their callers do not wait for: taken at once, handed to the function when it can
// have them, and repeated when it fails.
//
// Sources: AWS Lambda Developer Guide, "Asynchronous invocation" and "How Lambda handles errors
// and retries with asynchronous invocation": two retries after a failure of the function, one and
// two minutes later; throttling and failures of the service for up to six hours, from one second
// apart to five minutes. PutFunctionEventInvokeConfig lowers both.
//
// What was taken is, unless its caller wants less, on the disk until it is done with; a server that
// starts again goes on with it. An event that ended just when the server did may come twice, as
// Lambda's may.
//
// Threads: its loop's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "async/event_loop.h"
#include "async/task_group.h"
#include "async/wake.h"
#include "base/pinned.h"
#include "base/result.h"
#include "functions/event_records.h"
#include "functions/invoker.h"
#include "functions/limits.h"
#include "logs/event_sink.h"
#include "storage/async_resource_store.h"

namespace gatehouse::functions {

struct AsyncInvocationSettings {
    std::size_t events_max = 10'000;  // taken and not done with
    std::size_t bytes_max = 256UL * 1024 * 1024;
    std::size_t events_per_function_max = 1'000;
    std::chrono::seconds first_retry{60};
    std::chrono::seconds second_retry{120};
    std::chrono::seconds backoff_first{1};
    std::chrono::seconds backoff_max{300};
    std::chrono::seconds age_max{event_age_s_max};
};

// Where an event is while it is not done with.
enum class EventKept : std::uint8_t {
    OnDisk,
    InMemory,  // of callers who were promised nothing: it ends with the server
};

class AsyncInvocations : Pinned {
public:
    // All must outlive it.
    struct Parts {
        async::EventLoop& loop;
        FunctionInvoker& invoker;
        logs::EventSink& events;
        storage::AsyncResourceStore& store;
        // How events to this function are treated now.
        std::function<EventInvokeConfig(const FunctionRef&)> config_of;
    };
    AsyncInvocations(Parts parts, AsyncInvocationSettings settings);
    // Requires: stop() and join() were awaited, or nothing was taken.
    ~AsyncInvocations();

    // Goes on with what an earlier run of the server had taken. Blocks: before the loops run, or
    // while nobody waits. Corrupt when the store does not read.
    Result<void> resume();

    // Takes the event; it is on the disk when this answers, unless memory is enough for it.
    // TooLarge: over async_request_bytes_max. Throttled, with AWS's reason in place.field: over one
    // of the bounds. The store's errors when it cannot be kept.
    async::Task<Result<void>> take(FunctionRef function, Payload payload, RequestId request,
                                   std::string trace_id = {}, EventKept kept = EventKept::OnDisk);

    // Nothing is tried from now on. What runs ends with its function; await join() then. What is
    // not done with stays on the disk.
    void stop();
    async::Task<void> join();

    std::size_t pending() const { return pending_; }
    std::size_t waiting_to_be_repeated() const { return waiting_.size(); }

private:
    struct Event;
    // How an attempt ended: when to try again, or why not.
    struct Next;

    bool reserve(const FunctionRef& function, std::size_t bytes);
    void release(const FunctionRef& function, std::size_t bytes);
    async::Task<void> see_through(Event event);
    async::Task<void> keep(const Event& event);
    async::Task<void> forget(const Event& event);
    Next next_of(const Event& event, const Result<InvocationResult>& result) const;
    async::Task<void> wait_until(WallTime time);
    void report_dropped(const Event& event, std::string_view reason, std::string_view details);

    const Parts parts_;
    const AsyncInvocationSettings settings_;
    std::size_t pending_ = 0;
    std::size_t bytes_ = 0;
    std::map<std::pair<Tenant, FunctionName>, std::size_t> pending_of_;
    std::unordered_set<async::Wake*> waiting_;
    bool stopping_ = false;
    async::TaskGroup tasks_;
};

}  // namespace gatehouse::functions
