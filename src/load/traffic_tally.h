// What all clients of a run count together.
//
// Threads: one loop.
#pragma once

#include <cstdint>

#include "async/event_loop.h"
#include "load/arrivals.h"
#include "load/client.h"
#include "load/latencies.h"

namespace gatehouse::load {

struct TrafficTally {
    std::uint64_t sent = 0;
    std::uint64_t sent_bytes = 0;      // of payloads
    std::uint64_t acknowledged = 0;    // PUBACK or PUBCOMP came and said yes
    Reasons refused;                   // … and said no
    std::uint64_t received = 0;        // duplicates included
    std::uint64_t received_bytes = 0;  // of payloads
    std::uint64_t foreign = 0;         // received, and not of a load generator or of another run
    // Where messages are received: from publishing to receiving. Where they are only published:
    // until they were acknowledged.
    Latencies latencies;
    Latencies recent;  // the same, to be cleared by whoever shows it

    void add_latency(std::chrono::nanoseconds latency) {
        latencies.add(latency);
        recent.add(latency);
    }
};

// What publishers and subscribers share. All outlives them.
struct TrafficParts {
    async::EventLoop& loop;
    const Target& target;
    Arrivals& arrivals;
    TrafficTally& tally;
};

}  // namespace gatehouse::load
