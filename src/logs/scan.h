// Records of a group in order of time, a bounded amount of work at once.
//
// Threads: one call at a time an object; no lock is held while reading.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "logs/filter_pattern.h"
#include "logs/group.h"

namespace gatehouse::logs {

// A place between records: before the record of that time and sequence number.
struct Position {
    std::int64_t time = 0;
    std::uint64_t sequence = 0;
    auto operator<=>(const Position&) const = default;
};

enum class Direction : std::uint8_t { Forward, Backward };

struct FoundRecord {
    Position at;
    std::string stream;
    std::int64_t ingested = 0;
    std::string message;
};

struct ScanQuery {
    TimeSpan times;  // both ends included
    Direction direction = Direction::Forward;
    // Forward: records at or after it. Backward: records before it.
    Position from;
    const FilterPattern* pattern = nullptr;  // none: everything
    // Names, or prefixes; both empty: all streams.
    std::vector<std::string> streams;
    std::string stream_prefix;
    std::size_t records_max = 10'000;
    std::size_t bytes_max = 1024 * 1024;           // of messages, with 26 a record
    std::uint64_t scanned_max = 32 * 1024 * 1024;  // raw bytes looked at
};

struct ScanResult {
    // In the query's direction.
    std::vector<FoundRecord> records;
    // Where to go on; empty when everything was seen.
    std::optional<Position> rest;
};

// Damaged blocks and files that were dropped meanwhile are passed over.
ScanResult scan(const GroupSnapshot& snapshot, const ScanQuery& query);

}  // namespace gatehouse::logs
