#include "authentication/attempt_gates.h"

#include <gtest/gtest.h>

#include "async/task_group.h"

namespace gatehouse::authentication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr GateKey key_a{1};
constexpr GateKey key_b{2};

class AttemptGatesTest : public ::testing::Test {
protected:
    void turn() {
        for (int i = 0; i < 10; ++i) loop.run_once(milliseconds(0));
    }
    void advance(milliseconds time) {
        clock.advance(time);
        turn();
    }
    void enter(GateKey key = key_a, milliseconds patience = seconds(60)) {
        tasks.start([](auto& self, GateKey key, Deadline deadline) -> async::Task<void> {
            auto pass = co_await self.gates->enter(key, deadline);
            if (pass) {
                self.under_way.push_back(std::move(*pass));
            } else {
                self.errors.push_back(pass.error().kind);
            }
        }(*this, key, Deadline::after(clock, patience)));
        turn();
    }
    void refuse_all() {
        for (AttemptGates::Pass& pass : std::exchange(under_way, {})) pass.refused();
        turn();
    }
    void accept_all() {
        for (AttemptGates::Pass& pass : std::exchange(under_way, {})) pass.accepted();
        turn();
    }
    // Slows the key by so many refusals, one after another.
    void refuse(int times, GateKey key = key_a) {
        for (int i = 0; i < times; ++i) {
            enter(key);
            while (under_way.empty()) advance(milliseconds(100));
            refuse_all();
        }
    }
    void TearDown() override {
        under_way.clear();
        gates->release();
        turn();
        under_way.clear();
    }

    ManualClock clock;
    async::EventLoop loop{clock, {}};
    std::unique_ptr<AttemptGates> gates =
        std::make_unique<AttemptGates>(loop, AttemptGates::Settings{});
    async::TaskGroup tasks{loop, "test"};
    std::vector<AttemptGates::Pass> under_way;
    std::vector<ErrorKind> errors;
};

TEST_F(AttemptGatesTest, SlowsDownOneKeyAndNotAnother) {
    refuse(4);
    enter();
    EXPECT_TRUE(under_way.empty());
    enter(key_b);
    EXPECT_EQ(under_way.size(), 1u);
    under_way.clear();
    advance(milliseconds(199));
    EXPECT_TRUE(under_way.empty());
    advance(milliseconds(1));
    ASSERT_EQ(under_way.size(), 1u);
    EXPECT_EQ(under_way[0].held_back(), milliseconds(200));
    refuse_all();
    refuse(20);
    enter();
    advance(milliseconds(3999));
    EXPECT_TRUE(under_way.empty());
    advance(milliseconds(1));
    EXPECT_EQ(under_way.size(), 1u) << "the longest delay";
}

TEST_F(AttemptGatesTest, AttemptsAtOnceAreSpacedAndFewWait) {
    for (int i = 0; i < 50; ++i) enter();
    EXPECT_EQ(under_way.size(), 4u) << "the free refusals, and the one behind them";
    refuse_all();
    EXPECT_EQ(errors, std::vector(42, ErrorKind::Throttled)) << "four wait";
    EXPECT_TRUE(under_way.empty());
    advance(milliseconds(200));
    EXPECT_EQ(under_way.size(), 1u);
    advance(seconds(10));
    EXPECT_EQ(under_way.size(), 1u) << "one at a time";
    refuse_all();
    advance(milliseconds(399));
    EXPECT_TRUE(under_way.empty());
    advance(milliseconds(1));
    EXPECT_EQ(under_way.size(), 1u);
    accept_all();
    EXPECT_EQ(under_way.size(), 2u) << "nobody is refused any more";
}

TEST_F(AttemptGatesTest, ManyWhoAreRightComeInEverFaster) {
    for (int i = 0; i < 100; ++i) enter();
    std::vector<std::size_t> rounds;
    while (!under_way.empty()) {
        rounds.push_back(under_way.size());
        accept_all();
    }
    EXPECT_EQ(rounds, (std::vector<std::size_t>{4, 8, 16, 32, 40}));
    EXPECT_TRUE(errors.empty());
    EXPECT_EQ(gates->size(), 0u);
}

TEST_F(AttemptGatesTest, WhoseTurnDoesNotComeInTimeIsTold) {
    refuse(4);
    enter(key_a, milliseconds(100));
    advance(milliseconds(100));
    EXPECT_EQ(errors, std::vector{ErrorKind::Timeout});
    enter();
    advance(milliseconds(100));
    EXPECT_EQ(under_way.size(), 1u) << "it left no place taken";
}

TEST_F(AttemptGatesTest, WhatWasNotFoundOutCountsForNothing) {
    for (int i = 0; i < 10; ++i) {
        enter();
        EXPECT_EQ(under_way.size(), 1u);
        under_way.clear();
    }
    EXPECT_EQ(gates->size(), 0u);
}

TEST_F(AttemptGatesTest, ForgetsWithTimeAndBeyondItsBound) {
    gates = std::make_unique<AttemptGates>(loop, AttemptGates::Settings{.entries_max = 2});
    refuse(4, key_a);
    refuse(1, key_b);
    EXPECT_EQ(gates->size(), 2u);
    refuse(1, GateKey{3});
    EXPECT_EQ(gates->size(), 2u);
    enter(key_a);
    EXPECT_EQ(under_way.size(), 1u) << "the oldest was forgotten";
    under_way.clear();
    refuse(4, key_a);
    advance(seconds(60));
    enter(key_a);
    EXPECT_EQ(under_way.size(), 1u);
    under_way.clear();
    EXPECT_EQ(gates->size(), 0u) << "the others are a minute old too";
}

}  // namespace
}  // namespace gatehouse::authentication
