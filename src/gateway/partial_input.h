// Bytes of packets that have not come whole, of connections that are in: of each what is over a
// small part, and of all on one loop no more than a bound.
//
// Who would hold more than there is room for is not read from, and goes on in its turn once others
// hold less. Whose packet has been coming for longest always has room, so that packets of any size
// pass, if need be one after the other. While somebody waits, those whose packet has been coming
// for too long have to go.
//
// Threads: one loop; the counters are read by any.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <list>

#include "async/event_loop.h"
#include "async/timing_wheel.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "broker/counters.h"

namespace gatehouse::gateway {

class PartialInput;

class PartialInputs : Pinned {
public:
    // Of one connection, not counted: most packets are no larger.
    static constexpr std::size_t uncounted = 4 * 1024;

    struct Settings {
        std::size_t bytes_max = 256 * 1024 * 1024;
        // How long a packet may be on its way while others wait for room.
        std::chrono::milliseconds wait = std::chrono::seconds(10);
    };
    PartialInputs(async::EventLoop& loop, Settings settings);

    // How many bytes a connection that holds nothing may read: what is left of them has room.
    std::size_t room() const { return uncounted + (waiters_.empty() ? free() : 0); }
    std::size_t now() const { return now_; }

    // How often a connection had to wait, and how many were cut off because others waited.
    const broker::Counter& waits() const { return waits_; }
    const broker::Counter& cuts() const { return cuts_; }

private:
    friend class PartialInput;
    using Place = std::list<PartialInput*>::iterator;

    std::size_t free() const { return settings_.bytes_max - std::min(now_, settings_.bytes_max); }
    bool is_first(const PartialInput& input) const;
    std::size_t room_beside(const PartialInput& input) const;
    void begin_waiting(PartialInput& input);
    void wake(PartialInput& input);
    void wake_next();
    void look();
    PartialInput* slowest(SteadyTime began_before);

    async::EventLoop& loop_;
    const Settings settings_;
    std::size_t now_ = 0;
    std::list<PartialInput*> holders_;  // of counted bytes, by the time when their packet began
    std::list<PartialInput*> waiters_;  // who came first is first
    async::FunctionTimer timer_;        // set while somebody waits
    broker::Counter waits_;
    broker::Counter cuts_;
};

// Of one connection, as long as it holds a part of a packet.
class PartialInput : Pinned {
public:
    explicit PartialInput(PartialInputs& all) : all_(all) {}
    virtual ~PartialInput();

    Bytes bytes;
    // To be called when `bytes` has changed. Progress: a packet came whole, and this is the next.
    enum class Progress : std::uint8_t { No, Yes };
    void note(Progress progress);
    // How many bytes may be read now. 0: it waits until on_room() says that it is its turn.
    std::size_t room();

private:
    friend class PartialInputs;

    // From within anything that another connection does: to be acted upon later in the turn.
    virtual void on_room() = 0;
    // Whether it is the server that keeps the packet from being taken.
    virtual bool is_held_up() const = 0;
    // It has to go: others wait. Destroys this.
    virtual void on_too_slow() = 0;

    void stop_waiting();

    PartialInputs& all_;
    std::size_t counted_ = 0;
    SteadyTime began_{};
    SteadyTime waits_since_{};  // when this packet first had to
    PartialInputs::Place holds_at_;
    PartialInputs::Place waits_at_;
    bool holds_ = false;    // is in holders_
    bool waits_ = false;    // is in waiters_
    bool is_next_ = false;  // was taken out of waiters_, and has not read yet
};

}  // namespace gatehouse::gateway
