#include "api/gatehouse/follow_traces.h"

#include <atomic>
#include <memory>

#include "async/wake.h"

namespace gatehouse::api::gatehouse {
namespace {

namespace logs = ::gatehouse::logs;

constexpr std::int32_t wait_default_seconds = 20;
constexpr std::size_t traces_at_once = 50;

// Wakes a task when a trace changes. Changes come from any thread.
class ChangeWatch {
public:
    ChangeWatch(logs::TraceStore& store, const logs::TraceStore::Query& query,
                async::EventLoop& loop)
        : store_(store), state_(std::make_shared<State>(loop)) {
        number_ = store_.follow(query.tenant, query.client_id,
                                [state = state_](const logs::ConnectionTrace&) {
                                    if (state->told.exchange(true)) return;
                                    state->loop.post([state] { state->wake.notify(); });
                                });
    }
    ~ChangeWatch() {
        if (number_ != 0) store_.unfollow(number_);
    }
    ChangeWatch(const ChangeWatch&) = delete;
    ChangeWatch& operator=(const ChangeWatch&) = delete;

    bool is_watching() const { return number_ != 0; }
    async::Task<bool> wait(Deadline deadline) { return state_->wake.wait(deadline); }

private:
    // Shared with the listener, which may be in a call when this object has gone.
    struct State {
        explicit State(async::EventLoop& on) : loop(on), wake(on) {}
        async::EventLoop& loop;
        async::Wake wake;
        std::atomic<bool> told = false;
    };
    logs::TraceStore& store_;
    std::shared_ptr<State> state_;
    std::uint64_t number_ = 0;
};

}  // namespace

async::Task<Result<FollowTracesResponse>> FollowTraces::handle(const Caller& caller,
                                                               FollowTracesRequest request) const {
    const auto secrets = secrets_for(caller, request.show_secrets);
    if (!secrets) co_return fail(secrets.error());
    std::uint64_t since = traces.revision();
    if (request.cursor) {
        const auto given = cursor.revision(*request.cursor);
        if (!given) co_return fail(given.error());
        since = *given;
    }
    const logs::TraceStore::Query query{.tenant = caller.tenant,
                                        .trace_id = "",
                                        .client_id = request.client_id.value_or(""),
                                        .limit = traces_at_once,
                                        .secrets = *secrets};
    ChangeWatch watch(traces, query, *async::EventLoop::current());
    if (!watch.is_watching()) {
        co_return fail(ErrorKind::LimitExceeded,
                       "too many callers follow the connection attempts already; try again when "
                       "one has stopped");
    }
    auto found = traces.changed_since(since, query);
    const auto wait = std::chrono::seconds(request.wait_seconds.value_or(wait_default_seconds));
    if (found.empty() && wait.count() > 0) {
        const Deadline deadline = Deadline::after(clock, wait).sooner_of(caller.deadline);
        if (co_await watch.wait(deadline)) found = traces.changed_since(since, query);
    }
    const std::uint64_t seen = found.empty() ? since : found.back().revision;
    co_return FollowTracesResponse{.traces = shapes_of(std::move(found)),
                                   .cursor = cursor.text(seen)};
}

}  // namespace gatehouse::api::gatehouse
