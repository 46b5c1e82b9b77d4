// QoS > 0 messages that wait for a session: while it is offline, its window or its output full.
// Whoever puts something in asks before whether there is room (Delivery::has_room_in_queue()).
//
// Threads: one loop.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "broker/share_groups.h"
#include "broker/stored_message.h"
#include "mqtt/protocol.h"

namespace gatehouse::broker {

struct QueuedMessage {
    MessageRef message;
    std::uint32_t guard_generation = 0;  // of the guard's answer when it was queued
    ShareNumber group = 0;               // that gave it to this session
    std::uint64_t record = 0;            // on disk (journal.h); 0: none
    // In milliseconds, modulo 2^32; 0: it is stored, the session was away since.
    std::uint32_t queued_at = 0;
    mqtt::Qos qos = mqtt::Qos::AtLeastOnce;
    Retain retain = Retain::No;

    bool is_stored() const { return queued_at == 0; }
};

class MessageQueue {
public:
    bool is_empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }
    std::size_t bytes() const { return bytes_; }
    std::size_t capacity() const { return ring_.size(); }

    void push(QueuedMessage queued);
    // The oldest. Requires: not empty.
    QueuedMessage& front() { return ring_[begin_]; }
    // The newest. Requires: not empty.
    QueuedMessage& back() { return at(size_ - 1); }
    void pop();
    // visit(const QueuedMessage&), oldest first.
    template <class Visit>
    void for_each(Visit visit) {
        for (std::size_t i = 0; i < size_; ++i) visit(std::as_const(at(i)));
    }
    // The session goes away: all are stored from now on.
    void note_stored() {
        for (std::size_t i = 0; i < size_; ++i) at(i).queued_at = 0;
        stored_ = size_;
    }
    bool is_all_stored() const { return stored_ == size_; }
    // None of them expires before this; max(): none does at all.
    SteadyTime expires_first() const { return expires_first_; }
    // How many came since the session is there.
    std::size_t new_size() const { return size_ - stored_; }
    // Puts the oldest of those before all that are stored. False: there is none.
    bool bring_new_forward();
    // Whether others of those on disk have waited longer than the oldest one here.
    bool front_has_passed() { return size_ > 1 && at(1).record < at(0).record; }
    // Takes out, oldest first, those for which `take` is true and hands them to `visit`.
    template <class Take, class Visit>
    void extract(Take take, Visit visit) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            QueuedMessage& each = at(i);
            if (take(std::as_const(each))) {
                bytes_ -= each.message->bytes();
                if (each.is_stored()) --stored_;
                visit(std::exchange(each, {}));
            } else if (kept++ != i) {
                at(kept - 1) = std::exchange(each, {});
            }
        }
        size_ = kept;
        if (size_ == 0) expires_first_ = SteadyTime::max();
    }
    // Takes out those that have expired and hands them to `visit`, oldest first.
    template <class Visit>
    void extract_expired(SteadyTime now, Visit visit) {
        SteadyTime first = SteadyTime::max();
        extract(
            [&](const QueuedMessage& queued) {
                if (queued.message->is_expired(now)) return true;
                first = std::min(first, queued.message->expires_at());
                return false;
            },
            visit);
        expires_first_ = first;
    }

private:
    QueuedMessage& at(std::size_t place) { return ring_[(begin_ + place) & (ring_.size() - 1)]; }
    void grow();

    std::vector<QueuedMessage> ring_;  // capacity a power of two
    std::size_t begin_ = 0;
    std::size_t size_ = 0;
    std::size_t stored_ = 0;
    std::size_t bytes_ = 0;
    SteadyTime expires_first_ = SteadyTime::max();
};

}  // namespace gatehouse::broker
