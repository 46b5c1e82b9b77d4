// What a connection's conversation with a rate that was exceeded needs: a pause until the next
// second, and when it was last told of. Exists from the first time on.
//
// Threads: the connection's loop.
#pragma once

#include <cstdint>
#include <functional>

#include "async/event_loop.h"
#include "async/timing_wheel.h"
#include "base/clock.h"
#include "base/pinned.h"

namespace gatehouse::gateway {

class RateWatch : Pinned {
public:
    // `resume` is called when a pause is over.
    RateWatch(async::EventLoop& loop, std::move_only_function<void()> resume);

    bool is_paused() const { return is_paused_; }
    void pause_until_next_second();

    // Counts a message over the rate. How many there were since the last time they were told of,
    // when it is time to tell again (at once, then once a minute); else 0.
    std::uint64_t note();
    // note(), if it is not time to tell; else false, and nothing is counted.
    bool note_quietly() {
        if (loop_.now() >= tell_at_) return false;
        ++untold_;
        return true;
    }
    // How many were not told of yet; they count as told from now on.
    std::uint64_t take_untold();

private:
    async::EventLoop& loop_;
    std::move_only_function<void()> resume_;
    async::FunctionTimer timer_;
    bool is_paused_ = false;
    std::uint64_t untold_ = 0;
    SteadyTime tell_at_ = SteadyTime::min();
};

}  // namespace gatehouse::gateway
