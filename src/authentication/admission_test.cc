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

TEST_F(AdmissionTest, OneSourceLeavesPlacesToOthers) {
    Admission admission(loop, {.calls_max = 16});
    std::vector<Admission::Pass> flood;
    std::vector<Admission::Pass> neighbour;
    for (int i = 0; i < 20; ++i) tasks.start(enter(admission, flood, refusals));
    turn();
    EXPECT_EQ(flood.size(), 14u);
    for (int i = 0; i < 3; ++i) tasks.start(enter(admission, neighbour, refusals, "10.0.0.2"));
    turn();
    EXPECT_EQ(neighbour.size(), 2u);
    neighbour.pop_back();
    turn();
    EXPECT_EQ(neighbour.size(), 2u)
        << "the place goes to who may have it, though others came first";
    neighbour.clear();
    turn();
    EXPECT_EQ(flood.size(), 14u);
    flood.clear();
    turn();
    EXPECT_EQ(flood.size(), 6u) << "those who waited";
    flood.clear();
    EXPECT_EQ(admission.running(), 0u);
    EXPECT_TRUE(refusals.empty());
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
