// How the connects of a run go: how many, how long they took, why some failed.
//
// Threads: one loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "base/clock.h"
#include "load/latencies.h"

namespace gatehouse::load {

// Counts by reason, in words.
using Reasons = std::map<std::string, std::uint64_t>;
std::uint64_t total(const Reasons& reasons);

struct Arrivals {
    std::uint64_t started = 0;
    std::uint64_t under_way = 0;  // neither in nor failed yet
    std::uint64_t succeeded = 0;
    std::uint64_t open = 0;     // of those, still there
    std::uint64_t refused = 0;  // of those that failed: the server answered, and said no
    Reasons failed;             // never got in, or could not subscribe
    Reasons lost;               // got in, and the connection ended before they left
    Latencies times;        // from opening the connection to CONNACK (or the end of the handshake)
    SteadyTime first_at{};  // when the first was started
    SteadyTime last_at{};   // when the last so far succeeded

    // Over the time from the first start to the last success.
    double per_second() const;
};

// How fast connections may be opened.
struct ConnectPace {
    std::uint64_t under_way_max = 64;
    double a_second = 0;  // 0: as fast as they are answered

    bool allows_one_more(const Arrivals& arrivals, SteadyTime now) const;
    // How long to wait for events until the next may be due.
    std::chrono::milliseconds wait() const;
};

}  // namespace gatehouse::load
