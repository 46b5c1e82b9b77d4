// The Insights queries that run or ended lately, in memory.
//
// A query runs on workers of their own, a piece at a time, so that others have their turn and
// StopQuery is heard. When it has ended its results are all that is kept of it.
//
// Threads: any. Lifetimes: log store and workers outlive it; its queries stop when it dies, each
// at its next record.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "api/logs/log_access.h"
#include "api/shapes/logs/types/query_status.h"
#include "async/guarded.h"
#include "base/random.h"
#include "logs/insights_run.h"

namespace gatehouse::api::logs {

struct QueryRequest {
    Tenant tenant;
    std::vector<std::string> groups;
    std::string text;
    // Seconds since 1970, as documented, or milliseconds, as they are taken too; both included.
    std::int64_t start_time = 0;
    std::int64_t end_time = 0;
    std::size_t rows_max = store::insights::rows_max;
};

enum class QueryState : std::uint8_t { Running, Complete, Failed, Cancelled, TimedOut };
QueryStatus status_of(QueryState state);

struct QueryFacts {
    std::string id;
    std::string text;
    std::vector<std::string> groups;
    std::int64_t created = 0;
    QueryState status = QueryState::Running;
    std::shared_ptr<const store::insights::Results> results;  // never null
};

class QueryBoard : Pinned {
public:
    // Of an account in a region. Logs quotas: "StartQuery", concurrent queries.
    static constexpr std::size_t running_max = 30;
    static constexpr std::size_t running_of_all_max = 100;
    static constexpr std::size_t kept_max = 50;  // of an account in a region
    static constexpr std::size_t kept_bytes_max = 64UL * 1024 * 1024;
    static constexpr std::size_t kept_bytes_of_all_max = 256UL * 1024 * 1024;
    static constexpr std::size_t groups_max = 50;

    // The workers of `access` are the queries' own.
    explicit QueryBoard(LogAccess access) : access_(access) {}
    ~QueryBoard();

    // The query's id. InvalidInput (place.field is "queryString" for a query that does not read),
    // NotFound (a group), LimitExceeded (too many run). Reading a query takes some milliseconds.
    Result<std::string> start(QueryRequest request);
    // NotFound for an id that is unknown, or forgotten.
    Result<QueryFacts> find(const Tenant& tenant, const std::string& id) const;
    // InvalidInput when it has ended.
    Result<void> stop(const Tenant& tenant, const std::string& id);
    // The newest first.
    std::vector<QueryFacts> list(const Tenant& tenant) const;

private:
    class Running;
    using Pointer = std::shared_ptr<Running>;
    using Shelf = async::Guarded<std::deque<Pointer>>;

    // Ended ones that are more than may be kept go, the oldest first.
    static void forget_surplus(std::deque<Pointer>& queries);
    Pointer find_running(const Tenant& tenant, const std::string& id) const;

    const LogAccess access_;
    SystemRandom random_;
    std::shared_ptr<Shelf> queries_ = std::make_shared<Shelf>();
};

}  // namespace gatehouse::api::logs
