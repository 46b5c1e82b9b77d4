#include "load/pacer.h"

#include <gtest/gtest.h>

#include <vector>

namespace gatehouse::load {
namespace {

using namespace std::chrono_literals;

class PacerTest : public testing::Test {
protected:
    void turn_until(std::size_t count) {
        const SteadyTime end = clock.steady_now() + 30s;
        while (dues.size() < count && clock.steady_now() < end) loop.run_once(10ms);
        ASSERT_GE(dues.size(), count);
    }

    SystemClock clock;
    async::EventLoop loop{clock, {}};
    std::vector<SteadyTime> dues;
};

TEST_F(PacerTest, WhatIsDueIsEvenAndNeverEarly) {
    const SteadyTime start = clock.steady_now();
    Pacer pacer(loop, 2000, [&](SteadyTime due) {
        EXPECT_LE(due, clock.steady_now());
        dues.push_back(due);
        return true;
    });
    turn_until(100);
    EXPECT_GE(clock.steady_now() - start, 99 * 500us);
    for (std::size_t i = 1; i < dues.size(); ++i) EXPECT_EQ(dues[i] - dues[i - 1], 500us);
}

TEST_F(PacerTest, WhatIsNotTakenStaysDue) {
    SteadyTime refused{};
    Pacer pacer(loop, 1000, [&](SteadyTime due) {
        if (dues.size() == 3 && clock.steady_now() - due < 20ms) {
            refused = due;
            return false;
        }
        dues.push_back(due);
        return true;
    });
    turn_until(20);
    EXPECT_EQ(dues[3], refused);
    EXPECT_EQ(dues[4] - refused, 1ms);
}

TEST_F(PacerTest, FastRatesComeSeveralAtOnce) {
    const SteadyTime start = clock.steady_now();
    Pacer pacer(loop, 1e6, [&](SteadyTime due) {
        dues.push_back(due);
        return true;
    });
    turn_until(50'000);
    EXPECT_GE(clock.steady_now() - start, 49ms);
}

}  // namespace
}  // namespace gatehouse::load
