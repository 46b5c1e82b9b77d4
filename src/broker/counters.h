// What the broker counts, one set a loop.
//
// Threads: add() by the owning loop only; value() by any.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "broker/session_observer.h"

namespace gatehouse::broker {

class Counter {
public:
    void add(std::uint64_t amount) {
        value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

struct Counters {
    Counter published;  // messages taken from publishers, and of them
    std::array<Counter, 3> published_by_qos;
    Counter published_bytes;           // their payloads
    std::array<Counter, 3> delivered;  // messages put into outputs, by QoS; repeats included
    Counter delivered_bytes;           // whole packets
    Counter queued;                    // messages put into session queues
    Counter acknowledged;
    std::array<Counter, drop_cause_count> dropped;
    Counter over_rate;     // messages over a connection's rate, whether throttled or not
    Counter forwarded;     // messages handed to other loops, once a loop
    Counter matches;       // look-ups in a topic tree
    Counter subscribed;    // subscriptions made, and
    Counter unsubscribed;  // ended, with their sessions or before
    Counter sessions_created;
    Counter sessions_ended;
    Counter takeovers;
    Counter retained_refused;  // over retained_messages_max
    Counter not_kept;          // refused to publishers while the disk took nothing
};

}  // namespace gatehouse::broker
