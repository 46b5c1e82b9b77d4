// What the broker's part on one event loop (a Shard) needs from that loop.
#pragma once

#include "base/clock.h"

namespace gatehouse::broker {

class LoopPort {
public:
    // Has Shard::take_mail() called soon on the loop's thread. From any thread; the shard calls
    // it at most once between two take_mail().
    virtual void wake() = 0;
    // Has Shard::end_turn() called once, at the end of the running turn. Loop's thread only.
    virtual void request_turn_end() = 0;
    // Has Shard::run_due() called at or soon after `at`; replaces an earlier request.
    // SteadyTime::max(): nothing to wait for. Loop's thread only.
    virtual void look_at(SteadyTime at) = 0;
    // When the running turn began. Loop's thread only. Asked for each message: no virtual call.
    SteadyTime now() const { return turn_began_; }

protected:
    // The loop keeps `turn_began` up to date.
    explicit LoopPort(const SteadyTime& turn_began) : turn_began_(turn_began) {}
    ~LoopPort() = default;

private:
    const SteadyTime& turn_began_;
};

}  // namespace gatehouse::broker
