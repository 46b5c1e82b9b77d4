#include "api/logs/query_board.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <optional>

#include "api/logs/record_pointer.h"
#include "base/uuid.h"

namespace gatehouse::api::logs {
namespace {

using store::insights::Results;

// Up to the year 5138 seconds have fewer digits than milliseconds since 1973.
std::int64_t ms_of(std::int64_t time) {
    constexpr std::int64_t seconds_max = 100'000'000'000;
    return time < seconds_max ? time * 1000 : time;
}

// Rows of several groups come in one order only when they are sorted.
Result<store::insights::Query> parsed(const QueryRequest& request) {
    auto query = store::insights::parse_query(request.text);
    if (!query || request.groups.size() == 1) return query;
    const bool has_order = std::ranges::any_of(query->commands, [](const auto& command) {
        return std::holds_alternative<store::insights::SortCommand>(command) ||
               std::holds_alternative<store::insights::StatsCommand>(command);
    });
    if (has_order) return query;
    auto newest_first = store::insights::parse_query("sort @timestamp desc");
    query->commands.insert(query->commands.begin(), std::move(newest_first->commands.front()));
    return query;
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
    if (request.start_time < 0 || ms_of(request.end_time) < ms_of(request.start_time)) {
        return fail(ErrorKind::InvalidInput, "End time should not be before start time.");
    }
    return {};
}

}  // namespace

QueryStatus status_of(QueryState state) {
    switch (state) {
        case QueryState::Running: return QueryStatus::Running;
        case QueryState::Complete: return QueryStatus::Complete;
        case QueryState::Failed: return QueryStatus::Failed;
        case QueryState::Cancelled: return QueryStatus::Cancelled;
    }
    return QueryStatus::Unknown;
}

// One query: what all may see, and what the worker at it has.
class QueryBoard::Running : public std::enable_shared_from_this<Running>, Pinned {
public:
    Running(LogAccess access, QueryRequest request, store::insights::Query query, QueryFacts facts)
        : tenant(request.tenant),
          access_(access),
          request_(std::move(request)),
          query_(std::move(query)),
          run_(query_, {.rows = request_.rows_max}),
          facts_(std::move(facts)) {}

    const Tenant tenant;

    QueryFacts facts() const { return *facts_.lock(); }
    bool is_running() const { return facts_.lock()->status == QueryState::Running; }
    void stop() {
        stop_wanted_ = true;
        end(QueryState::Cancelled, {});
    }

    void go_on() {
        const bool queued = access_.workers.post([self = shared_from_this()] { self->piece(); });
        if (!queued) end(QueryState::Failed, {});
    }

private:
    void piece() {
        if (stop_wanted_) return;
        if (group_ < request_.groups.size() && !run_.has_enough()) {
            if (auto read = read_some(); !read) return end(QueryState::Failed, {});
            return go_on();
        }
        auto results = run_.finish();
        if (!results) return end(QueryState::Failed, {});
        end(QueryState::Complete, std::move(*results));
    }

    Result<void> read_some() {
        const std::string& name = request_.groups[group_];
        const auto group = access_.logs.group(tenant, name);
        // A group that is deleted meanwhile has no events.
        const auto snapshot = group ? (*group)->snapshot() : fail(group.error());
        if (!snapshot) return next_group();
        constexpr std::uint64_t scanned_max = 8UL * 1024 * 1024;
        auto found = store::scan(
            *snapshot,
            {.times = {ms_of(request_.start_time), ms_of(request_.end_time) + 999},
             .direction = store::Direction::Backward,
             .from = from_.value_or(store::Position{std::numeric_limits<std::int64_t>::max(), 0}),
             .scanned_max = scanned_max});
        for (auto& record : found.records) {
            auto added = run_.add(std::make_shared<const store::insights::Record>(
                record_of(tenant, name, std::move(record))));
            if (!added) return added;
            if (run_.has_enough()) return {};
        }
        from_ = found.rest;
        return from_ ? Result<void>() : next_group();
    }

    Result<void> next_group() {
        ++group_;
        from_.reset();
        return {};
    }

    void end(QueryState state, Results results) {
        auto kept = std::make_shared<const Results>(std::move(results));
        const auto facts = facts_.lock();
        if (facts->status != QueryState::Running) return;
        facts->status = state;
        facts->results = std::move(kept);
    }

    const LogAccess access_;
    const QueryRequest request_;
    std::atomic<bool> stop_wanted_ = false;
    // The worker's at it; one at a time.
    const store::insights::Query query_;
    store::insights::Run run_;
    std::size_t group_ = 0;
    std::optional<store::Position> from_;
    async::Guarded<QueryFacts> facts_;
};

Result<std::string> QueryBoard::start(QueryRequest request) {
    if (auto fine = check(request); !fine) return fail(std::move(fine.error()));
    for (const std::string& name : request.groups) {
        if (auto group = access_.logs.group(request.tenant, name); !group) {
            return fail(std::move(group.error()));
        }
    }
    auto query = parsed(request);
    if (!query) return fail(std::move(query.error()));
    const auto now = access_.logs.clock().wall_now();
    QueryFacts facts{.id = make_uuid(random_),
                     .text = request.text,
                     .groups = request.groups,
                     .created = now.time_since_epoch().count(),
                     .results = std::make_shared<const Results>()};
    std::string id = facts.id;
    auto running =
        std::make_shared<Running>(access_, std::move(request), std::move(*query), std::move(facts));
    {
        const auto queries = queries_.lock();
        const auto count =
            std::ranges::count_if(*queries, [](const Pointer& one) { return one->is_running(); });
        if (static_cast<std::size_t>(count) >= running_max) {
            return fail(ErrorKind::LimitExceeded,
                        fmt::format("{} queries run already; wait for one to end, or stop it",
                                    running_max));
        }
        queries->push_front(running);
        if (queries->size() > kept_max) queries->pop_back();
    }
    running->go_on();
    return id;
}

QueryBoard::Pointer QueryBoard::find_running(const Tenant& tenant, const std::string& id) const {
    const auto queries = queries_.lock();
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
    const auto queries = queries_.lock();
    for (const Pointer& one : *queries) {
        if (one->tenant == tenant) found.push_back(one->facts());
    }
    return found;
}

}  // namespace gatehouse::api::logs
