#include "authentication/admissions.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

#include "async/task_group.h"

namespace gatehouse::authentication {
namespace {

class AdmissionsTest : public ::testing::Test {
protected:
    // The authorizers 0 to `count` - 1 are there.
    static std::shared_ptr<Gate> gate_of(Admissions& admissions, const std::string& name,
                                         int count) {
        return admissions.gate_of({}, name, [count](const Tenant&, const std::string& known) {
            return std::isdigit(static_cast<unsigned char>(known.front())) != 0 &&
                   std::stoi(known) < count;
        });
    }
    // Lets one in, whose call goes on until `passes` goes.
    async::Task<void> enter(Admission& admission) {
        auto pass = co_await admission.enter({"10.0.0.1"}, Deadline::never());
        if (pass) passes.push_back(std::move(*pass));
    }

    ManualClock clock;
    async::EventLoop loop{clock, {}};
    async::TaskGroup tasks{loop, "test"};
    std::vector<Admission::Pass> passes;
};

TEST_F(AdmissionsTest, AnAuthorizerKeepsItsGate) {
    Admissions admissions(loop, {});
    Admission* const first = &gate_of(admissions, "0", 1)->admission;
    for (int i = 0; i < 200; ++i) gate_of(admissions, std::to_string(i), 200);
    EXPECT_EQ(admissions.size(), 200U);
    EXPECT_EQ(&gate_of(admissions, "0", 1)->admission, first);
}

TEST_F(AdmissionsTest, ThoseOfAuthorizersThatAreGoneAreForgottenOnceTheirCallsEnd) {
    Admissions admissions(loop, {});
    gate_of(admissions, "0", 1);
    const auto running = gate_of(admissions, "runs", 1);
    tasks.start(enter(running->admission));
    loop.run_once(std::chrono::milliseconds(0));
    ASSERT_EQ(passes.size(), 1U);
    for (int i = 0; i < 1000; ++i) {
        gate_of(admissions, "gone" + std::to_string(i), 1);
        ASSERT_LE(admissions.size(), 64U);
    }
    EXPECT_EQ(running->admission.running(), 1U);
    passes.clear();
}

TEST_F(AdmissionsTest, OnceClosedThoseThatComeAreClosed) {
    Admissions admissions(loop, {});
    admissions.close();
    tasks.start(enter(gate_of(admissions, "late", 0)->admission));
    loop.run_once(std::chrono::milliseconds(0));
    EXPECT_TRUE(passes.empty());
}

}  // namespace
}  // namespace gatehouse::authentication
