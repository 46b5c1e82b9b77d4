// What the broker counts, one set a loop.
//
// Threads: add() by the owning loop only; value() by any.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/histogram.h"
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

// One for each quality of service.
using CounterByQos = std::array<Counter, 3>;

struct Counters {
    CounterByQos published;        // messages taken from publishers, and
    CounterByQos published_bytes;  // their payloads
    CounterByQos delivered;        // messages put into outputs, repeats included, and
    CounterByQos delivered_bytes;  // their packets
    Counter queued;                // messages put into session queues
    Counter acknowledged;
    std::array<Counter, drop_cause_count> dropped;
    Counter rate_dropped;  // to subscribers: DropCause::RateExceeded counts publishers', too
    Counter over_rate;     // messages over a connection's rate, whether throttled or not
    Counter forwarded;     // messages handed to other loops, once a loop
    Counter matches;       // look-ups in a topic tree
    Counter subscribed;    // subscriptions made, and
    Counter unsubscribed;  // ended, with their sessions or before
    Counter sessions_created;
    Counter sessions_ended;
    Counter takeovers;
    Counter retained;          // messages that became their topics', or cleared them
    Counter retained_refused;  // over retained_messages_max or _bytes_max
    Counter not_kept;          // refused to publishers while the disk took nothing
    // How long messages waited in the queues of connected sessions before they were sent.
    Histogram queue_times;
};

}  // namespace gatehouse::broker
