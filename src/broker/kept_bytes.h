// The bytes of the messages that sessions keep: waiting in their queues, and in flight until their
// clients have acknowledged them. All loops share one bound, of which each takes portions as it
// needs them, so that a message costs no look at what the others have.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

#include "base/pinned.h"

namespace gatehouse::broker {

// Threads: any.
class SharedBytes : Pinned {
public:
    // What loops hold ready and do not use stays within a sixteenth of it.
    SharedBytes(std::size_t most, std::size_t loops)
        : most_(most), portion_(std::max<std::size_t>(1, most / (32 * loops))) {}

    std::size_t portion() const { return portion_; }
    // `least` bytes or up to a portion; 0: there are not as many.
    std::size_t take(std::size_t least) {
        std::size_t taken = taken_.load(std::memory_order_relaxed);
        for (;;) {
            const std::size_t left = taken < most_ ? most_ - taken : 0;
            if (left < least) return 0;
            const std::size_t amount = std::min(left, std::max(least, portion_));
            if (taken_.compare_exchange_weak(taken, taken + amount, std::memory_order_relaxed)) {
                return amount;
            }
        }
    }
    // Over the bound, too.
    void take_in_any_case(std::size_t amount) {
        taken_.fetch_add(amount, std::memory_order_relaxed);
    }
    void give_back(std::size_t amount) { taken_.fetch_sub(amount, std::memory_order_relaxed); }

private:
    const std::size_t most_;
    const std::size_t portion_;
    std::atomic<std::size_t> taken_{0};
};

// Threads: one loop.
class KeptBytes : Pinned {
public:
    explicit KeptBytes(SharedBytes& shared) : shared_(shared) {}

    bool has_room(std::size_t bytes) {
        const std::size_t wanted = queued_ + in_flight_ + bytes;
        if (wanted <= held_) [[likely]]
            return true;
        const std::size_t taken = shared_.take(wanted - held_);
        held_ += taken;
        return taken != 0;
    }
    // Over the bound, too: has_room() is for who would rather not.
    void add_queued(std::size_t bytes) {
        queued_ += bytes;
        hold();
    }
    void remove_queued(std::size_t bytes) {
        queued_ -= bytes;
        let_go();
    }
    void add_in_flight(std::size_t bytes) {
        in_flight_ += bytes;
        hold();
    }
    void remove_in_flight(std::size_t bytes) {
        in_flight_ -= bytes;
        let_go();
    }
    std::size_t queued() const { return queued_; }
    std::size_t in_flight() const { return in_flight_; }

private:
    void hold() {
        const std::size_t used = queued_ + in_flight_;
        if (used <= held_) [[likely]]
            return;
        shared_.take_in_any_case(used - held_);
        held_ = used;
    }
    void let_go() {
        const std::size_t used = queued_ + in_flight_;
        if (held_ - used <= 2 * shared_.portion()) [[likely]]
            return;
        shared_.give_back(held_ - used);
        held_ = used + shared_.take(1);
    }

    SharedBytes& shared_;
    std::size_t held_ = 0;  // of the shared ones; at least as many as are used
    std::size_t queued_ = 0;
    std::size_t in_flight_ = 0;
};

}  // namespace gatehouse::broker
