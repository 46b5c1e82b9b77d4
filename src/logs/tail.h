// Seeing records as they are written (`gatehouse logs tail --follow`, StartLiveTail).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/pinned.h"
#include "base/tenant.h"
#include "logs/filter_pattern.h"

namespace gatehouse::logs {

struct TailQuery {
    Tenant tenant;
    std::vector<std::string> groups;           // exact names, at least one
    std::vector<std::string> streams;          // exact names; empty: all
    std::vector<std::string> stream_prefixes;  // empty: all
    FilterPattern pattern;
};

struct TailedRecord {
    std::string group;
    std::string stream;
    std::int64_t timestamp = 0;
    std::int64_t ingested = 0;
    std::string message;
};

// One follower's queue. Unsubscribes by being destroyed.
//
// Threads: take() from any; `ready` is called on the writer's thread when the queue was empty
// and must only wake somebody up.
class Tail : Pinned {
public:
    static constexpr std::size_t records_max = 10'000;
    static constexpr std::size_t bytes_max = 4 * 1024 * 1024;

    Tail(TailQuery query, std::function<void()> ready)
        : query_(std::move(query)), ready_(std::move(ready)) {}

    struct Taken {
        std::vector<TailedRecord> records;
        std::uint64_t missed = 0;  // since the last take(), because the queue was full
    };
    Taken take();

    // For the writer.
    bool wants_stream(const Tenant& tenant, std::string_view group, std::string_view stream) const;
    void offer(std::string_view group, std::string_view stream, std::int64_t timestamp,
               std::int64_t ingested, std::string_view message);

private:
    const TailQuery query_;
    const std::function<void()> ready_;
    std::mutex mutex_;
    Taken waiting_;          // guarded by mutex_
    std::size_t bytes_ = 0;  // guarded by mutex_
};

}  // namespace gatehouse::logs
