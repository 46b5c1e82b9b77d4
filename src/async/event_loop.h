// One thread's event loop: sockets, timers, coroutines and mail from other threads.
//
// Each loop owns a level-triggered epoll set in which a descriptor is registered once, a timing
// wheel, and an io_context that runs coroutines (it owns no descriptors and never waits).
// One turn: wait → hand out readiness → expired timers → mail → coroutines → turn-end hooks
// (where dirty connections flush).
//
// Threads: post(), stop() and notify() may be called from any thread; everything else from the
// loop's own thread only (or before run()). Objects given to the loop must be taken back
// (unwatch, remove_turn_end_hook) before they die.
#pragma once

#include <sys/epoll.h>

#include <boost/asio/executor_work_guard.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "async/task.h"
#include "async/timing_wheel.h"
#include "base/clock.h"
#include "base/deadline.h"
#include "base/histogram.h"
#include "base/pinned.h"

namespace gatehouse::async {

// Told when a watched descriptor is ready.
class ReadinessHandler {
public:
    // `events` is a set of EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR, EPOLLRDHUP. Level-triggered.
    // May unwatch and destroy itself or other handlers.
    virtual void on_ready(std::uint32_t events) = 0;

protected:
    ~ReadinessHandler() = default;
};

// Called once at the end of a turn after it was asked for with request_turn_end().
class TurnEndHook {
public:
    virtual void on_turn_end() = 0;

protected:
    ~TurnEndHook() = default;

private:
    friend class EventLoop;
    bool requested_ = false;
};

class EventLoop : Pinned {
public:
    struct Settings {
        std::uint32_t index = 0;  // its place among the loops
        std::size_t read_buffer_bytes = 256 * 1024;
    };
    // The clock must outlive the loop.
    EventLoop(const Clock& clock, Settings settings);
    ~EventLoop();

    // Runs until stop(). Everything already posted when stop() is seen is still run.
    void run();
    // One turn, waiting at most `wait`; for tests and tools. Returns whether anything happened.
    bool run_once(std::chrono::milliseconds wait);
    void stop();

    // Runs `work` on the loop in a later step, first in, first out per posting thread. Wakes the
    // loop at most once a turn; the loop's own thread needs not wake it.
    void post(std::move_only_function<void()> work);
    // Wakes the loop so that it looks at the clock again (after ManualClock::advance).
    void notify();

    Executor executor() { return context_.get_executor(); }
    TimingWheel& timers() { return timers_; }
    // By the machine's time: see base/clock.h.
    TimingWheel& machine_timers() { return machine_timers_; }
    const Clock& clock() const { return clock_; }
    // The time at which this turn began; cheap. The reference stays and shows each turn's.
    const SteadyTime& now() const { return now_; }
    std::uint32_t index() const { return settings_.index; }
    bool is_current() const { return current() == this; }
    // The loop whose thread this is, or null.
    static EventLoop* current();

    // Registers a descriptor, once; `events` as for epoll (EPOLLIN, …). The loop does not own it.
    void watch(int descriptor, ReadinessHandler& handler, std::uint32_t events);
    // Changes what is waited for. Requires: watched.
    void change_interest(int descriptor, ReadinessHandler& handler, std::uint32_t events);
    // Requires: watched by `handler`. Readiness of this turn not yet handed out is dropped.
    void unwatch(int descriptor, ReadinessHandler& handler);

    // Asks for one on_turn_end() at the end of this turn. Asking twice in a turn is once.
    void request_turn_end(TurnEndHook& hook);
    void cancel_turn_end(TurnEndHook& hook);

    // One big buffer for reading in place, valid within one on_ready() call and never across a
    // suspension.
    std::span<std::uint8_t> read_buffer() { return read_buffer_; }

    // Counters for measuring: turns of the loop, and wake-ups by mail.
    struct Counters {
        std::uint64_t turns = 0;
        std::uint64_t mail_wakeups = 0;
    };
    const Counters& counters() const { return counters_; }
    // How long turns took, without the wait for events: what comes then waits as long.
    const Histogram& turn_times() const { return turn_times_; }

private:
    struct Mailbox;

    int wait_milliseconds(std::chrono::milliseconds at_most) const;
    bool turn(std::chrono::milliseconds at_most);
    bool run_mail();
    void run_turn_end_hooks();

    const Clock& clock_;
    const Settings settings_;
    asio::io_context context_;
    asio::executor_work_guard<Executor> keep_context_;
    SteadyTime now_;
    TimingWheel timers_;
    TimingWheel machine_timers_;
    int epoll_ = -1;
    int wake_ = -1;
    std::unique_ptr<Mailbox> mailbox_;
    std::vector<std::uint8_t> read_buffer_;
    std::vector<epoll_event> ready_;
    std::size_t ready_next_ = 0;
    std::size_t ready_count_ = 0;
    std::vector<TurnEndHook*> turn_end_hooks_;
    std::vector<TurnEndHook*> running_hooks_;
    Counters counters_;
    Histogram turn_times_;
    bool has_own_mail_ = false;  // posted by the loop's own thread, which wakes nobody
    bool stopping_ = false;
};

}  // namespace gatehouse::async
