// What a message of the load generator begins with: who sent it, its number, and when.
//
// Threads: plain data.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace gatehouse::load {

// Since the epoch by the wall clock, so that another process, or another machine whose clock is
// right, can tell how long a message was under way.
std::chrono::nanoseconds stamp_time();

struct Stamp {
    std::uint32_t run = 0;        // drawn anew for each run of the generator
    std::uint32_t publisher = 0;  // its place among the run's publishers
    std::uint64_t number = 0;     // from 0
    std::chrono::nanoseconds sent_at{};

    // Which row of numbers it belongs to.
    std::uint64_t stream() const { return std::uint64_t{run} << 32 | publisher; }
    bool operator==(const Stamp&) const = default;
};

inline constexpr std::size_t stamp_size = 28;
// Requires: room for stamp_size bytes.
void write_stamp(std::uint8_t* out, const Stamp& stamp);
// Empty for a payload that did not come from a load generator.
std::optional<Stamp> read_stamp(BytesView payload);

}  // namespace gatehouse::load
