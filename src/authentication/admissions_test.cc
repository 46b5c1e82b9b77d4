#include "authentication/admissions.h"

#include <gtest/gtest.h>

#include "async/task_group.h"
#include "registry/authorizer_records.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::authentication {
namespace {

registry::Authorizer named(const std::string& name) {
    return {.tenant = {}, .name = registry::AuthorizerName(name)};
}

class AdmissionsTest : public ::testing::Test {
protected:
    // Of the authorizers 0 to count - 1.
    std::shared_ptr<const registry::AuthorizerDirectory> directory_of(int count) {
        storage::MemoryResourceStore store(clock);
        registry::AuthorizerRecords records(store, {.authorizers_max = 1000});
        for (int i = 0; i < count; ++i) {
            EXPECT_TRUE(
                records.create({}, {.name = registry::AuthorizerName(std::to_string(i)),
                                    .function_arn = registry::FunctionArn(
                                        "arn:aws:lambda:us-east-1:000000000000:function:auth"),
                                    .signing_disabled = true}));
        }
        return *registry::AuthorizerDirectory::read(store);
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
    const auto directory = directory_of(200);
    Admission* const first = &admissions.gate_of(named("0"), *directory)->admission;
    for (int i = 0; i < 200; ++i) admissions.gate_of(named(std::to_string(i)), *directory);
    EXPECT_EQ(admissions.size(), 200U);
    EXPECT_EQ(&admissions.gate_of(named("0"), *directory)->admission, first);
}

TEST_F(AdmissionsTest, ThoseOfAuthorizersThatAreGoneAreForgottenOnceTheirCallsEnd) {
    Admissions admissions(loop, {});
    const auto directory = directory_of(1);
    admissions.gate_of(named("0"), *directory);
    const auto running = admissions.gate_of(named("runs"), *directory);
    tasks.start(enter(running->admission));
    loop.run_once(std::chrono::milliseconds(0));
    ASSERT_EQ(passes.size(), 1U);
    for (int i = 0; i < 1000; ++i) {
        admissions.gate_of(named("gone" + std::to_string(i)), *directory);
        ASSERT_LE(admissions.size(), 64U);
    }
    EXPECT_EQ(running->admission.running(), 1U);
    passes.clear();
}

TEST_F(AdmissionsTest, OnceClosedThoseThatComeAreClosed) {
    Admissions admissions(loop, {});
    const auto directory = directory_of(0);
    admissions.close();
    tasks.start(enter(admissions.gate_of(named("late"), *directory)->admission));
    loop.run_once(std::chrono::milliseconds(0));
    EXPECT_TRUE(passes.empty());
}

}  // namespace
}  // namespace gatehouse::authentication
