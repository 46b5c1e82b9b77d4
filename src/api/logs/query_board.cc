#include "api/logs/query_board.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>

#include "api/logs/newest_first.h"
#include "base/uuid.h"

namespace gatehouse::api::logs {
namespace {

using store::insights::Results;

// Source: Logs quotas, "Query timeout".
constexpr std::chrono::minutes query_time_max{60};
constexpr std::chrono::seconds finish_time_max{30};
constexpr std::chrono::milliseconds piece_time{100};

// Up to the year 5138 seconds have fewer digits than milliseconds since 1973.
std::int64_t ms_of(std::int64_t time) {
    constexpr std::int64_t seconds_max = 100'000'000'000;
    return time < seconds_max ? time * 1000 : time;
}

// The last millisecond of a time that is given in seconds.
std::int64_t end_ms_of(std::int64_t time) {
    const std::int64_t ms = ms_of(time);
    return ms == time ? ms : ms + 999;
}

Result<void> check(const QueryRequest& request) {
    if (request.groups.empty()) {
        return fail(ErrorKind::InvalidInput,
                    "logGroupName, logGroupNames or logGroupIdentifiers must name a log group");
    }
    if (request.groups.size() > QueryBoard::groups_max) {
        return fail(ErrorKind::InvalidInput, fmt::format("a query looks into at most {} log groups",
                                                         QueryBoard::groups_max));
    }
    if (request.start_time < 0 || end_ms_of(request.end_time) < ms_of(request.start_time)) {
        return fail(ErrorKind::InvalidInput, "End time should not be before start time.");
    }
    return {};
}

std::int64_t seconds_of(WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

QueryStatus status_of(QueryState state) {
    switch (state) {
        case QueryState::Running: return QueryStatus::Running;
        case QueryState::Complete: return QueryStatus::Complete;
        case QueryState::Failed: return QueryStatus::Failed;
        case QueryState::Cancelled: return QueryStatus::Cancelled;
        case QueryState::TimedOut: return QueryStatus::Timeout;
    }
    return QueryStatus::Unknown;
}

// One query: what all may see, and what the worker at it has.
class QueryBoard::Running : public std::enable_shared_from_this<Running>, Pinned {
public:
    Running(LogAccess access, const QueryRequest& request, store::insights::Query query,
            QueryFacts facts, const std::shared_ptr<Shelf>& shelf)
        : tenant(request.tenant),
          access_(access),
          shelf_(shelf),
          ends_at_(now() + query_time_max),
          work_(std::make_unique<Work>(*this, request, std::move(query))),
          facts_(std::move(facts)) {}

    const Tenant tenant;

    QueryFacts facts() const { return *facts_.lock(); }
    bool is_running() const { return facts_.lock()->status == QueryState::Running; }
    std::size_t bytes() const { return facts_.lock()->results->bytes; }
    void stop() {
        stop_wanted_ = true;
        note_end(QueryState::Cancelled, {});
    }

    void go_on() {
        const bool queued = access_.workers.post([self = shared_from_this()] { self->piece(); });
        if (!queued) end(QueryState::Failed, {});
    }

private:
    // What only the worker at it touches; one at a time.
    struct Work {
        Work(Running& running, const QueryRequest& request, store::insights::Query read)
            : query(std::move(read)),
              run(query, {.rows = request.rows_max,
                          .now_seconds = seconds_of(running.access_.logs.clock().wall_now()),
                          .is_unwanted = [&running] { return running.is_unwanted(); }}),
              events(running.access_.logs, request.tenant, request.groups,
                     {ms_of(request.start_time), end_ms_of(request.end_time)}) {}
        const store::insights::Query query;
        store::insights::Run run;
        NewestFirst events;
    };

    // Of this machine: a clock that is set by hand does not bound what runs on it.
    SteadyTime now() const { return access_.logs.clock().machine_now(); }
    bool is_unwanted() const { return stop_wanted_ || now() > ends_at_; }

    void piece() {
        const SteadyTime others_turn = now() + piece_time;
        while (!work_->run.has_enough()) {
            if (is_unwanted()) return end_early({ErrorKind::Cancelled, {}, {}});
            if (now() > others_turn) return go_on();
            if (work_->events.read_some()) continue;
            const auto record = work_->events.take();
            if (!record) break;
            if (auto added = work_->run.add(record); !added) return end_early(added.error());
        }
        // This is in one piece.
        ends_at_ = std::min(ends_at_, now() + finish_time_max);
        auto results = work_->run.finish();
        if (!results) return end_early(results.error());
        end(QueryState::Complete, std::move(*results));
    }

    void end_early(const Error& why) {
        end(why.kind == ErrorKind::Cancelled ? QueryState::TimedOut : QueryState::Failed, {});
    }

    void end(QueryState state, Results results) {
        work_.reset();
        note_end(state, std::move(results));
        if (const auto shelf = shelf_.lock()) forget_surplus(*shelf->lock());
    }

    void note_end(QueryState state, Results results) {
        auto kept = std::make_shared<const Results>(std::move(results));
        const auto facts = facts_.lock();
        if (facts->status != QueryState::Running) return;  // stopped
        facts->status = state;
        facts->results = std::move(kept);
    }

    const LogAccess access_;
    const std::weak_ptr<Shelf> shelf_;  // which holds this
    std::atomic<bool> stop_wanted_ = false;
    SteadyTime ends_at_;
    std::unique_ptr<Work> work_;  // null when it has ended
    async::Guarded<QueryFacts> facts_;
};

QueryBoard::~QueryBoard() {
    for (const Pointer& one : *queries_->lock()) one->stop();
}

void QueryBoard::forget_surplus(std::deque<Pointer>& queries) {
    struct Kept {
        std::size_t queries = 0;
        std::size_t bytes = 0;
    };
    std::map<Tenant, Kept> kept_of;
    std::size_t bytes_of_all = 0;
    std::erase_if(queries, [&](const Pointer& one) {
        const std::size_t bytes = one->bytes();
        Kept& kept = kept_of[one->tenant];
        const bool is_surplus = kept.queries >= kept_max || kept.bytes + bytes > kept_bytes_max ||
                                bytes_of_all + bytes > kept_bytes_of_all_max;
        if (is_surplus && !one->is_running()) return true;
        ++kept.queries;
        kept.bytes += bytes;
        bytes_of_all += bytes;
        return false;
    });
}

Result<std::string> QueryBoard::start(QueryRequest request) {
    if (auto fine = check(request); !fine) return fail(std::move(fine.error()));
    for (const std::string& name : request.groups) {
        if (auto group = access_.logs.group(request.tenant, name); !group) {
            return fail(std::move(group.error()));
        }
    }
    auto query = store::insights::parse_query(request.text);
    if (!query) return fail(std::move(query.error()));
    const auto now = access_.logs.clock().wall_now();
    QueryFacts facts{.id = make_uuid(random_),
                     .text = request.text,
                     .groups = request.groups,
                     .created = now.time_since_epoch().count(),
                     .results = std::make_shared<const Results>()};
    std::string id = facts.id;
    auto running =
        std::make_shared<Running>(access_, request, std::move(*query), std::move(facts), queries_);
    {
        const auto queries = queries_->lock();
        std::size_t of_tenant = 0, of_all = 0;
        for (const Pointer& one : *queries) {
            if (!one->is_running()) continue;
            ++of_all;
            if (one->tenant == request.tenant) ++of_tenant;
        }
        if (of_tenant >= running_max || of_all >= running_of_all_max) {
            return fail(ErrorKind::LimitExceeded,
                        fmt::format("{} queries run already; wait for one to end, or stop it",
                                    of_tenant >= running_max ? of_tenant : of_all));
        }
        queries->push_front(running);
        forget_surplus(*queries);
    }
    running->go_on();
    return id;
}

QueryBoard::Pointer QueryBoard::find_running(const Tenant& tenant, const std::string& id) const {
    const auto queries = queries_->lock();
    const auto at = std::ranges::find_if(*queries, [&](const Pointer& one) {
        return one->tenant == tenant && one->facts().id == id;
    });
    return at == queries->end() ? nullptr : *at;
}

Result<QueryFacts> QueryBoard::find(const Tenant& tenant, const std::string& id) const {
    const Pointer query = find_running(tenant, id);
    if (!query) return fail(ErrorKind::NotFound, fmt::format("Query {} does not exist.", id));
    return query->facts();
}

Result<void> QueryBoard::stop(const Tenant& tenant, const std::string& id) {
    const Pointer query = find_running(tenant, id);
    if (!query) return fail(ErrorKind::NotFound, fmt::format("Query {} does not exist.", id));
    if (!query->is_running()) {
        return fail(ErrorKind::InvalidInput, fmt::format("Query {} has ended already.", id));
    }
    query->stop();
    return {};
}

std::vector<QueryFacts> QueryBoard::list(const Tenant& tenant) const {
    std::vector<QueryFacts> found;
    const auto queries = queries_->lock();
    for (const Pointer& one : *queries) {
        if (one->tenant == tenant) found.push_back(one->facts());
    }
    return found;
}

}  // namespace gatehouse::api::logs
