#include "authentication/admission.h"

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
                            std::vector<ErrorKind>& refusals, std::string source = "10.0.0.1") {
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
    tasks.start(enter(admission, neighbour, refusals, "10.0.0.2"));
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

TEST_F(AdmissionTest, TheCircuitOpensAfterFailuresAndClosesWithASuccess) {
    Admission admission(loop, {.failures_to_open = 3, .probe_interval = seconds(1)});
    std::vector<Admission::Pass> passes;
    for (int i = 0; i < 3; ++i) {
        tasks.start(enter(admission, passes, refusals));
        turn();
        passes.back().report(true);
    }
    EXPECT_TRUE(admission.is_open_circuit());
    tasks.start(enter(admission, passes, refusals));
    turn();
    EXPECT_EQ(refusals, std::vector{ErrorKind::Unavailable});
    clock.advance(seconds(1));
    turn();
    tasks.start(enter(admission, passes, refusals));
    tasks.start(enter(admission, passes, refusals));
    turn();
    EXPECT_EQ(passes.size(), 4u) << "one probe a second";
    EXPECT_EQ(refusals.size(), 2u);
    passes.back().report(false);
    EXPECT_FALSE(admission.is_open_circuit());
    passes.clear();
}

class RefusalBrakeTest : public AdmissionTest {};

TEST_F(RefusalBrakeTest, SlowsDownOneAndNotItsNeighbour) {
    RefusalBrake brake(loop, clock, {});
    for (int i = 0; i < 3; ++i) brake.refused("10.0.0.1 alice");
    EXPECT_EQ(brake.delay_for("10.0.0.1 alice"), milliseconds(0));
    brake.refused("10.0.0.1 alice");
    EXPECT_EQ(brake.delay_for("10.0.0.1 alice"), milliseconds(200));
    brake.refused("10.0.0.1 alice");
    EXPECT_EQ(brake.delay_for("10.0.0.1 alice"), milliseconds(400));
    for (int i = 0; i < 100; ++i) brake.refused("10.0.0.1 alice");
    EXPECT_EQ(brake.delay_for("10.0.0.1 alice"), milliseconds(4000));
    EXPECT_EQ(brake.delay_for("10.0.0.1 bob"), milliseconds(0));
    clock.advance(seconds(60));
    EXPECT_EQ(brake.delay_for("10.0.0.1 alice"), milliseconds(0));
}

TEST_F(RefusalBrakeTest, ASuccessForgetsAndTheTableIsBounded) {
    RefusalBrake brake(loop, clock, {.free_refusals = 0, .entries_max = 2});
    brake.refused("a");
    brake.refused("b");
    brake.refused("a");
    brake.refused("c");
    EXPECT_EQ(brake.size(), 2u);
    EXPECT_EQ(brake.delay_for("b"), milliseconds(0)) << "the oldest was forgotten";
    EXPECT_GT(brake.delay_for("a"), milliseconds(0));
    brake.accepted("a");
    EXPECT_EQ(brake.delay_for("a"), milliseconds(0));
}

TEST_F(RefusalBrakeTest, HoldsBackUntilItIsReleased) {
    RefusalBrake brake(loop, clock, {});
    int gone_on = 0;
    const auto hold_back = [&](milliseconds delay, milliseconds patience) {
        tasks.start([](RefusalBrake& brake, milliseconds delay, Deadline deadline,
                       int& gone_on) -> async::Task<void> {
            co_await brake.hold_back(delay, deadline);
            ++gone_on;
        }(brake, delay, Deadline::after(clock, patience), gone_on));
        turn();
    };
    hold_back(milliseconds(0), seconds(5));
    EXPECT_EQ(gone_on, 1);
    hold_back(seconds(2), seconds(1));
    hold_back(seconds(2), seconds(5));
    clock.advance(seconds(1));
    turn();
    EXPECT_EQ(gone_on, 2) << "the first one's deadline";
    brake.release();
    turn();
    EXPECT_EQ(gone_on, 3);
    hold_back(seconds(2), seconds(5));
    EXPECT_EQ(gone_on, 4);
}

}  // namespace
}  // namespace gatehouse::authentication
