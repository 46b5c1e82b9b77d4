// One Insights query over records: they are put in, the newest first, and rows come out.
//
// Threads: one at a time. Lifetimes: the query outlives the run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "logs/insights_query.h"
#include "logs/insights_record.h"

namespace gatehouse::logs::insights {

// Fields in the order in which they were asked for; absent ones are left out.
using ResultRow = std::vector<std::pair<std::string, std::string>>;

struct Results {
    std::vector<ResultRow> rows;
    std::uint64_t records_matched = 0;
    std::uint64_t records_scanned = 0;
    std::uint64_t bytes_scanned = 0;
    std::size_t bytes = 0;  // what the rows hold
};

struct RunLimits {
    std::size_t rows = rows_max;                    // of the answer, when no limit says less
    std::size_t memory_bytes = 32UL * 1024 * 1024;  // all that waits, is remembered or answered
    std::size_t groups = 100'000;                   // of stats
    std::int64_t now_seconds = 0;                   // since the epoch: what now() is worth
    // Asked at each record and row; true: the run ends with Cancelled. None: never.
    std::function<bool()> is_unwanted;
};

class Run {
public:
    explicit Run(const Query& query, RunLimits limits = {});
    ~Run();
    // LimitExceeded when the query needs more memory, or more work for one record, than it may.
    Result<void> add(std::shared_ptr<const Record> record);
    // Nothing that is added from now on changes the answer.
    bool has_enough() const;
    // Call once, after the last add().
    Result<Results> finish();

private:
    class Stages;
    std::unique_ptr<Stages> stages_;
};

}  // namespace gatehouse::logs::insights
