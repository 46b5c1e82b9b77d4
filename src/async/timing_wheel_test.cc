#include "async/timing_wheel.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <vector>

namespace gatehouse::async {
namespace {

using std::chrono::milliseconds;

SteadyTime at(std::int64_t ms) {
    return SteadyTime(milliseconds(ms));
}

TEST(TimingWheel, FiresAtItsTimeAndNotBefore) {
    TimingWheel wheel(at(0));
    int fired = 0;
    FunctionTimer timer([&] { ++fired; });
    wheel.set(timer, at(1500));
    EXPECT_LE(wheel.next_look(), at(1500));
    wheel.advance(at(1499));
    EXPECT_EQ(fired, 0);
    wheel.advance(at(1500));
    EXPECT_EQ(fired, 1);
    EXPECT_FALSE(timer.is_set());
    EXPECT_EQ(wheel.next_look(), SteadyTime::max());
}

TEST(TimingWheel, CancelledAndDestroyedTimersNeverFire) {
    TimingWheel wheel(at(0));
    int fired = 0;
    FunctionTimer cancelled([&] { ++fired; });
    wheel.set(cancelled, at(10));
    {
        FunctionTimer destroyed([&] { ++fired; });
        wheel.set(destroyed, at(10));
    }
    cancelled.cancel();
    wheel.advance(at(1000));
    EXPECT_EQ(fired, 0);
    EXPECT_EQ(wheel.size(), 0u);
}

TEST(TimingWheel, ATimerMaySetItselfAgainOrCancelItsNeighbour) {
    TimingWheel wheel(at(0));
    int fired = 0;
    FunctionTimer victim([&] { ADD_FAILURE() << "was cancelled"; });
    std::unique_ptr<FunctionTimer> again;
    again = std::make_unique<FunctionTimer>([&] {
        victim.cancel();
        if (++fired < 3) wheel.set(*again, at(5 + 5 * fired));
    });
    wheel.set(*again, at(5));
    wheel.set(victim, at(5));
    for (int ms = 1; ms <= 50; ++ms) wheel.advance(at(ms));
    EXPECT_EQ(fired, 3);
}

TEST(TimingWheel, ReachesTimesBeyondItsRange) {
    TimingWheel wheel(at(0));
    int fired = 0;
    FunctionTimer timer([&] { ++fired; });
    const std::int64_t fortnight = 14LL * 24 * 3600 * 1000;
    wheel.set(timer, at(fortnight));
    wheel.advance(at(fortnight - 1));
    EXPECT_EQ(fired, 0);
    wheel.advance(at(fortnight));
    EXPECT_EQ(fired, 1);
}

// As a manual clock does: centuries in one step take no longer than the timers that fire in them.
TEST(TimingWheel, GoesOnByCenturiesAtOnce) {
    TimingWheel wheel(at(0));
    constexpr std::int64_t century = 100LL * 365 * 24 * 3600 * 1000;
    std::int64_t now = 0;
    int fired = 0;
    std::unique_ptr<FunctionTimer> each_minute;
    each_minute = std::make_unique<FunctionTimer>([&] {
        ++fired;
        wheel.set(*each_minute, at(now + 60'000));
    });
    wheel.set(*each_minute, at(60'000));
    for (int turn = 1; turn <= 100; ++turn) {
        now += century / 100;
        wheel.advance(at(now));
        ASSERT_EQ(fired, turn);
        ASSERT_LE(wheel.next_look(), at(now + 60'000));
    }
}

// Compares with a sorted map: every timer fires in the first advance() at or after its time, and
// next_look() never lies beyond the earliest one.
TEST(TimingWheel, AgreesWithASortedMap) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        std::mt19937_64 random(seed);
        TimingWheel wheel(at(0));
        std::multimap<std::int64_t, int> expected;
        std::vector<std::unique_ptr<FunctionTimer>> timers;
        std::vector<int> fired;
        std::int64_t now = 0;
        for (int round = 0; round < 500; ++round) {
            const int id = static_cast<int>(timers.size());
            timers.push_back(
                std::make_unique<FunctionTimer>([&fired, id] { fired.push_back(id); }));
            const std::int64_t when =
                now + 1 + static_cast<std::int64_t>(random() % (std::uint64_t{1} << random() % 32));
            wheel.set(*timers.back(), at(when));
            expected.emplace(when, id);
            ASSERT_LE(wheel.next_look(), at(expected.begin()->first)) << "seed " << seed;
            now += static_cast<std::int64_t>(random() % (std::uint64_t{1} << random() % 24));
            fired.clear();
            wheel.advance(at(now));
            std::vector<int> due;
            while (!expected.empty() && expected.begin()->first <= now) {
                due.push_back(expected.begin()->second);
                expected.erase(expected.begin());
            }
            std::sort(due.begin(), due.end());
            std::sort(fired.begin(), fired.end());
            ASSERT_EQ(fired, due) << "seed " << seed << " at " << now;
        }
    }
}

}  // namespace
}  // namespace gatehouse::async
