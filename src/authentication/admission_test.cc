#include "authentication/admission.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "async/task_group.h"

namespace gatehouse::authentication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class AdmissionTest : public ::testing::Test {
protected:
    void turn() { loop.run_once(milliseconds(0)); }

    async::Task<void> enter(Admission& admission, std::vector<Admission::Pass>& passes,
                            std::vector<ErrorKind>& refusals, Source source = {"10.0.0.1"}) {
        auto pass = co_await admission.enter(std::move(source), Deadline::after(clock, seconds(5)));
        if (pass) {
            passes.push_back(std::move(*pass));
        } else {
            refusals.push_back(pass.error().kind);
        }
    }

    ManualClock clock;
    async::EventLoop loop{clock, {}};
    async::TaskGroup tasks{loop, "test"};
    std::vector<ErrorKind> refusals;
};

TEST_F(AdmissionTest, BoundsCallsAndQueueAndHandsPlacesOn) {
    Admission admission(loop, {.calls_max = 1, .waiting_max = 1});
    std::vector<Admission::Pass> passes;
    for (int i = 0; i < 3; ++i) tasks.start(enter(admission, passes, refusals));
    turn();
    EXPECT_EQ(passes.size(), 1u);
    EXPECT_EQ(refusals, std::vector{ErrorKind::Throttled});
    passes.clear();
    turn();
    EXPECT_EQ(passes.size(), 1u) << "the waiting one came in";
    EXPECT_EQ(admission.running(), 1u);
    passes.clear();
    EXPECT_EQ(admission.running(), 0u);
}

TEST_F(AdmissionTest, AFullQueueTakesASourceOfWhichFewerWait) {
    Admission admission(loop, {.calls_max = 1, .waiting_max = 2});
    std::vector<Admission::Pass> flood;
    std::vector<Admission::Pass> neighbour;
    for (int i = 0; i < 3; ++i) tasks.start(enter(admission, flood, refusals));
    turn();
    tasks.start(enter(admission, neighbour, refusals, {"10.0.0.2"}));
    turn();
    EXPECT_EQ(refusals, std::vector{ErrorKind::Throttled}) << "one of the flood gave way";
    flood.clear();
    turn();
    flood.clear();
    turn();
    EXPECT_EQ(neighbour.size(), 1u) << "it came in its turn, the second";
    neighbour.clear();
    EXPECT_EQ(admission.running(), 0u);
}

TEST_F(AdmissionTest, OneSourceLeavesPlacesToOthers) {
    Admission admission(loop, {.calls_max = 16});
    std::vector<Admission::Pass> flood;
    std::vector<Admission::Pass> neighbour;
    for (int i = 0; i < 20; ++i) tasks.start(enter(admission, flood, refusals));
    turn();
    EXPECT_EQ(flood.size(), 12u);
    for (int i = 0; i < 3; ++i) tasks.start(enter(admission, neighbour, refusals, {"10.0.0.2"}));
    turn();
    EXPECT_EQ(neighbour.size(), 2u);
    neighbour.pop_back();
    turn();
    EXPECT_EQ(neighbour.size(), 2u)
        << "the place goes to who may have it, though others came first";
    neighbour.clear();
    turn();
    EXPECT_EQ(flood.size(), 12u);
    flood.clear();
    turn();
    EXPECT_EQ(flood.size(), 8u) << "those who waited";
    flood.clear();
    EXPECT_EQ(admission.running(), 0u);
    EXPECT_TRUE(refusals.empty());
}

TEST_F(AdmissionTest, PlacesAreKeptForThoseThatGotInBefore) {
    Admission admission(loop, {.calls_max = 16});
    std::vector<Admission::Pass> strangers;
    std::vector<Admission::Pass> known;
    for (int i = 0; i < 40; ++i) {
        tasks.start(enter(admission, strangers, refusals, {fmt::format("10.0.1.{}", i)}));
    }
    for (int i = 0; i < 3; ++i) {
        tasks.start(enter(admission, known, refusals, {"10.0.1.1", Standing::Known}));
    }
    turn();
    EXPECT_EQ(strangers.size(), 14u);
    EXPECT_EQ(known.size(), 2u);
    known.pop_back();
    turn();
    EXPECT_EQ(known.size(), 2u) << "the place goes to nobody else";
    for (auto* passes : {&strangers, &known, &strangers, &known, &strangers}) {
        passes->clear();
        turn();
    }
    strangers.clear();
    EXPECT_EQ(admission.running(), 0u);
}

TEST_F(AdmissionTest, SuspectsHaveFewPlacesAtTheirAddress) {
    Admission admission(loop, {.calls_max = 16});
    std::vector<Admission::Pass> suspects;
    std::vector<Admission::Pass> others;
    for (int i = 0; i < 5; ++i) {
        tasks.start(enter(admission, suspects, refusals, {"10.0.0.1", Standing::Suspect}));
    }
    tasks.start(enter(admission, others, refusals, {"10.0.0.1", Standing::Known}));
    tasks.start(enter(admission, others, refusals, {"10.0.0.2", Standing::Suspect}));
    turn();
    EXPECT_EQ(suspects.size(), 2u);
    EXPECT_EQ(others.size(), 2u);
    others.clear();
    for (int i = 0; i < 3; ++i) {
        suspects.clear();
        turn();
    }
    EXPECT_EQ(admission.running(), 0u);
}

// As few as there may be.
TEST_F(AdmissionTest, SmallBoundsKeepAPlaceWhereTheyCan) {
    const auto taken = [&](std::size_t calls_max) {
        Admission admission(loop, {.calls_max = calls_max, .waiting_max = 0});
        std::vector<Admission::Pass> one;
        std::vector<Admission::Pass> other;
        std::vector<Admission::Pass> known;
        for (int i = 0; i < 9; ++i) tasks.start(enter(admission, one, refusals));
        for (int i = 0; i < 9; ++i) tasks.start(enter(admission, other, refusals, {"10.0.0.2"}));
        for (int i = 0; i < 9; ++i) {
            tasks.start(enter(admission, known, refusals, {"10.0.0.3", Standing::Known}));
        }
        turn();
        return std::vector{one.size(), other.size(), known.size()};
    };
    EXPECT_EQ(taken(1), (std::vector<std::size_t>{1, 0, 0}));
    EXPECT_EQ(taken(2), (std::vector<std::size_t>{2, 0, 0}));
    EXPECT_EQ(taken(3), (std::vector<std::size_t>{1, 1, 1}));
    EXPECT_EQ(taken(4), (std::vector<std::size_t>{2, 1, 1}));
    EXPECT_EQ(taken(8), (std::vector<std::size_t>{6, 1, 1}));
}

TEST_F(AdmissionTest, WaitingEndsAtTheDeadline) {
    Admission admission(loop, {.calls_max = 1});
    std::vector<Admission::Pass> passes;
    tasks.start(enter(admission, passes, refusals));
    tasks.start(enter(admission, passes, refusals));
    turn();
    clock.advance(seconds(5));
    turn();
    EXPECT_EQ(refusals, std::vector{ErrorKind::Timeout});
    passes.clear();
    EXPECT_EQ(admission.running(), 0u);
}

}  // namespace
}  // namespace gatehouse::authentication
