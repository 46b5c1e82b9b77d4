#include "gateway/rate_watch.h"

#include <gtest/gtest.h>

namespace gatehouse::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RateWatchTest : public testing::Test {
protected:
    void let_pass(milliseconds time) {
        clock_.advance(time);
        loop_.run_once(milliseconds(0));
    }

    ManualClock clock_;
    async::EventLoop loop_{clock_, {}};
    int resumed_ = 0;
    RateWatch watch_{loop_, [this] { ++resumed_; }};
};

TEST_F(RateWatchTest, TellsAtOnceThenOnceAMinuteOfAllSince) {
    EXPECT_EQ(watch_.note(), 1u);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(watch_.note(), 0u);
    let_pass(seconds(59));
    EXPECT_EQ(watch_.note(), 0u);
    let_pass(seconds(1));
    EXPECT_EQ(watch_.note(), 7u);
    EXPECT_EQ(watch_.note(), 0u);
}

TEST_F(RateWatchTest, WhatIsUntoldIsTakenOnce) {
    EXPECT_EQ(watch_.take_untold(), 0u);
    watch_.note();
    EXPECT_EQ(watch_.take_untold(), 0u) << "it was told at once";
    watch_.note();
    watch_.note();
    EXPECT_EQ(watch_.take_untold(), 2u);
    EXPECT_EQ(watch_.take_untold(), 0u);
}

TEST_F(RateWatchTest, APauseEndsWithItsSecond) {
    let_pass(milliseconds(500) + std::chrono::ceil<seconds>(clock_.steady_now()) -
             std::chrono::floor<milliseconds>(clock_.steady_now()));
    watch_.pause_until_next_second();
    watch_.pause_until_next_second();
    EXPECT_TRUE(watch_.is_paused());
    let_pass(milliseconds(400));
    EXPECT_TRUE(watch_.is_paused());
    let_pass(milliseconds(101));
    EXPECT_FALSE(watch_.is_paused());
    EXPECT_EQ(resumed_, 1);
    watch_.pause_until_next_second();
    let_pass(seconds(1));
    EXPECT_EQ(resumed_, 2);
}

}  // namespace
}  // namespace gatehouse::gateway
