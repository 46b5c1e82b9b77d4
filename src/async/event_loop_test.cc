#include "async/event_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "async/one_shot.h"
#include "async/task_group.h"

namespace gatehouse::async {
namespace {

using std::chrono::milliseconds;

class SocketPair {
public:
    SocketPair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_), 0); }
    ~SocketPair() {
        close(ends_[0]);
        close(ends_[1]);
    }
    int ours() const { return ends_[0]; }
    int theirs() const { return ends_[1]; }

private:
    int ends_[2];
};

class CountReads final : public ReadinessHandler {
public:
    void on_ready(std::uint32_t) override {
        ++count;
        if (then) then();
    }
    int count = 0;
    std::move_only_function<void()> then;
};

TEST(EventLoop, RunsMailFromAnotherThreadInOrder) {
    SystemClock clock;
    EventLoop loop(clock, {});
    std::vector<int> seen;
    std::jthread poster([&] {
        for (int i = 0; i < 1000; ++i) loop.post([&seen, i] { seen.push_back(i); });
        loop.stop();
    });
    loop.run();
    ASSERT_EQ(seen.size(), 1000u);
    EXPECT_TRUE(std::ranges::is_sorted(seen));
}

TEST(EventLoop, ReadinessIsLevelTriggeredUntilUnwatched) {
    SystemClock clock;
    EventLoop loop(clock, {});
    SocketPair pair;
    CountReads handler;
    loop.watch(pair.ours(), handler, EPOLLIN);
    ASSERT_EQ(write(pair.theirs(), "x", 1), 1);
    loop.run_once(milliseconds(0));
    loop.run_once(milliseconds(0));
    EXPECT_EQ(handler.count, 2);
    loop.unwatch(pair.ours(), handler);
    loop.run_once(milliseconds(0));
    EXPECT_EQ(handler.count, 2);
}

TEST(EventLoop, AHandlerMayUnwatchItsNeighbourInTheSameTurn) {
    SystemClock clock;
    EventLoop loop(clock, {});
    SocketPair first;
    SocketPair second;
    CountReads a;
    CountReads b;
    a.then = [&] { loop.unwatch(second.ours(), b); };
    b.then = [&] { loop.unwatch(first.ours(), a); };
    loop.watch(first.ours(), a, EPOLLIN);
    loop.watch(second.ours(), b, EPOLLIN);
    ASSERT_EQ(write(first.theirs(), "x", 1), 1);
    ASSERT_EQ(write(second.theirs(), "x", 1), 1);
    loop.run_once(milliseconds(0));
    EXPECT_EQ(a.count + b.count, 1);
}

TEST(EventLoop, PostingToItselfWakesNobody) {
    SystemClock clock;
    EventLoop loop(clock, {});
    int done = 0;
    loop.post([&] {
        loop.post([&] {
            ++done;
            loop.post([&] { ++done; });
        });
    });
    loop.run_once(std::chrono::hours(1));
    EXPECT_EQ(done, 0);
    // Each is run without waiting, though nothing becomes ready.
    loop.run_once(std::chrono::hours(1));
    EXPECT_EQ(done, 1);
    loop.run_once(std::chrono::hours(1));
    EXPECT_EQ(done, 2);
    EXPECT_EQ(loop.counters().mail_wakeups, 1u);
}

class CountTurnEnds final : public TurnEndHook {
public:
    void on_turn_end() override { ++count; }
    int count = 0;
};

TEST(EventLoop, TurnEndHookRunsOnceHoweverOftenAskedFor) {
    SystemClock clock;
    EventLoop loop(clock, {});
    CountTurnEnds hook;
    CountTurnEnds cancelled;
    loop.post([&] {
        loop.request_turn_end(hook);
        loop.request_turn_end(hook);
        loop.request_turn_end(cancelled);
        loop.cancel_turn_end(cancelled);
    });
    loop.run_once(milliseconds(100));
    loop.run_once(milliseconds(0));
    EXPECT_EQ(hook.count, 1);
    EXPECT_EQ(cancelled.count, 0);
}

Task<void> take(OneShot<int>& shot, Deadline deadline, Result<int>& into) {
    into = co_await shot.wait(deadline);
}

TEST(OneShot, GivesTheValueOrATimeout) {
    ManualClock clock;
    EventLoop loop(clock, {});
    TaskGroup tasks(loop, "test");
    OneShot<int> arrives(loop);
    OneShot<int> never(loop);
    Result<int> got = 0;
    Result<int> missed = 0;
    tasks.start(take(arrives, Deadline::after(clock, milliseconds(50)), got));
    tasks.start(take(never, Deadline::after(clock, milliseconds(50)), missed));
    loop.run_once(milliseconds(0));
    arrives.resolve(42);
    loop.run_once(milliseconds(0));
    EXPECT_EQ(got, 42);
    EXPECT_EQ(tasks.running(), 1u);
    clock.advance(milliseconds(50));
    loop.run_once(milliseconds(0));
    ASSERT_FALSE(missed);
    EXPECT_EQ(missed.error().kind, ErrorKind::Timeout);
    EXPECT_EQ(tasks.running(), 0u);
}

TEST(EventLoop, MachineTimersGoUnderAClockThatStands) {
    ManualClock clock(ManualClock::default_start(), ManualClock::MachineTime::Goes);
    EventLoop loop(clock, {});
    FunctionTimer soon([&] { loop.stop(); });
    FunctionTimer never([] { FAIL() << "the clock stands"; });
    loop.timers().set(never, clock.steady_now() + milliseconds(1));
    loop.machine_timers().set(soon, clock.machine_now() + milliseconds(5));
    loop.run();
    EXPECT_FALSE(soon.is_set());
    EXPECT_TRUE(never.is_set());
    FunctionTimer far([&] { loop.stop(); });
    loop.machine_timers().set(far, clock.machine_now() + std::chrono::hours(2));
    never.cancel();
    clock.advance(std::chrono::hours(3));
    loop.run();
    EXPECT_FALSE(far.is_set()) << "advancing the clock moves the machine's time along";
}

TEST(EventLoop, NotifyMakesItLookAtAManualClock) {
    ManualClock clock;
    EventLoop loop(clock, {});
    FunctionTimer timer([&] { loop.stop(); });
    loop.timers().set(timer, clock.steady_now() + std::chrono::hours(2));
    std::jthread other([&] {
        clock.advance(std::chrono::hours(3));
        loop.notify();
    });
    loop.run();
    EXPECT_FALSE(timer.is_set());
}

}  // namespace
}  // namespace gatehouse::async
