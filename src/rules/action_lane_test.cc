#include "rules/action_lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "async/wake.h"
#include "base/clock.h"
#include "logs/event_sink.h"
#include "logs/level.h"
#include "rules/pledges.h"

namespace gatehouse::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

// Remembers what it is given, and answers what it is told.
class ScriptedAction final : public Action {
public:
    ScriptedAction(async::EventLoop& loop, std::size_t batch) : loop_(loop), batch_(batch) {}

    std::string_view name() const override { return "ScriptedAction"; }
    std::string resource(const Job&) const override { return "target"; }
    std::vector<std::pair<std::string_view, std::string>> resources(const Job&) const override {
        return {};
    }
    BatchTerms batch_terms() const override { return {.jobs_max = batch_, .told = told}; }
    bool waits_for_room() const override { return waits; }

    async::Task<Result<Done>> perform(const Job& job, Deadline) const override {
        tries.push_back({*job.payload});
        if (hangs) co_await async::sleep_until(loop_, Deadline::after(loop_.clock(), hang));
        co_return answer(*job.payload);
    }
    async::Task<std::vector<Result<Done>>> perform_all(std::span<const Job* const> jobs,
                                                       Deadline) const override {
        std::vector<std::string> payloads;
        std::vector<Result<Done>> outcomes;
        for (const Job* const job : jobs) {
            payloads.push_back(*job->payload);
            outcomes.push_back(answer(*job->payload));
        }
        tries.push_back(std::move(payloads));
        co_return outcomes;
    }

    mutable std::vector<std::vector<std::string>> tries;
    std::string failing;  // payloads that hold it
    ErrorKind kind = ErrorKind::Unavailable;
    bool hangs = false;
    bool waits = false;
    BatchTold told = BatchTold::Apart;

private:
    Result<Done> answer(const std::string& payload) const {
        if (failing.empty() || !payload.contains(failing)) return Done{};
        return fail(kind, "not now");
    }
    static constexpr std::chrono::milliseconds hang{20};
    async::EventLoop& loop_;
    const std::size_t batch_;
};

class ActionLaneTest : public ::testing::Test {
protected:
    std::shared_ptr<ScriptedAction> action(std::size_t batch = 1) {
        return std::make_shared<ScriptedAction>(loop, batch);
    }
    Dispatched job(const std::shared_ptr<ActionLane>& lane, std::string payload,
                   std::size_t message_bytes = 0) {
        auto message = std::make_shared<Message>();
        message->topic = "t";
        message->payload = std::string(message_bytes, 'm');
        auto execution = std::make_shared<Execution>();
        execution->rule = rule;
        execution->message = message;
        execution->under_way = 1;
        return {.lane = lane,
                .job = {.message = message,
                        .rule = rule->facts,
                        .payload = std::make_shared<const std::string>(std::move(payload))},
                .execution = execution};
    }
    void put(const std::shared_ptr<ActionLane>& lane, const std::vector<std::string>& payloads,
             std::size_t message_bytes = 0) {
        std::vector<Dispatched> jobs;
        for (const std::string& each : payloads) jobs.push_back(job(lane, each, message_bytes));
        lanes.put(std::move(jobs));
    }
    void settle() {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (lanes.pending() != 0 && std::chrono::steady_clock::now() < give_up) {
            loop.run_once(std::chrono::milliseconds(2));
        }
        EXPECT_EQ(lanes.pending(), 0u);
        EXPECT_EQ(lanes.bytes(), 0u);
    }
    const ActionCounts& counts() { return rule->counts->of_action("ScriptedAction"); }

    static RulePtr a_rule() {
        auto compiled = compile_rule({}, RuleName("r"), {.sql = "SELECT * FROM 'a'"}, {});
        return compiled.value();
    }

    SystemClock clock;
    async::EventLoop loop{clock, {}};
    logs::NullSink events;
    logs::FixedLevel levels{logs::Level::Debug};
    RuleReports reports{events, levels};
    RulePtr rule = a_rule();
    Backlog backlog{100, [] {}};
    std::vector<ExecutionPtr> failed;
    ActionLanes lanes{{.loop = loop,
                       .reports = reports,
                       .backlog = backlog,
                       .on_failed = [this](ExecutionPtr each) { failed.push_back(each); }},
                      {.jobs_max = 1000,
                       .bytes_max = 1'000'000,
                       .tenant_bytes_max = 1'500'000,
                       .handed_jobs_max = 4,
                       .first_pause = std::chrono::milliseconds(1),
                       .pause_max = std::chrono::milliseconds(2)}};
};

TEST_F(ActionLaneTest, OfABatchWhatFailsIsTriedAgainTogether) {
    const auto target = action(10);
    target->failing = "bad";
    put(lanes.make(target), {"1", "bad2", "3", "bad4"});
    settle();
    const std::vector<std::string> failed{"bad2", "bad4"};
    EXPECT_THAT(target->tries, ElementsAre(ElementsAre("1", "bad2", "3", "bad4"), failed, failed))
        << "three tries in all";
    EXPECT_EQ(counts().success.value(), 2u);
    EXPECT_EQ(counts().failure.value(), 2u);
}

TEST_F(ActionLaneTest, OfABatchThatFailsTheErrorActionIsToldOnce) {
    const auto target = action(10);
    target->failing = "bad";
    target->kind = ErrorKind::InvalidInput;
    put(lanes.make(target), {"bad", "bad", "3"});
    settle();
    EXPECT_THAT(failed, SizeIs(2)) << "apart, unless the action says otherwise";
    failed.clear();
    target->told = BatchTold::OfOneTopic;
    put(lanes.make(target), {"bad", "2", "bad"});
    settle();
    ASSERT_THAT(failed, SizeIs(1));
    EXPECT_EQ(error_payload(*failed[0]),
              R"({"ruleName":"r","topic":"t","payloadsWithMetadata":[)"
              R"({"id":1,"cloudwatchTraceId":"","clientId":"N/A","base64OriginalPayload":""},)"
              R"({"id":2,"cloudwatchTraceId":"","clientId":"N/A","base64OriginalPayload":""}],)"
              R"("failures":[{"failedAction":"ScriptedAction","failedResource":"target",)"
              R"("errorMessage":"not now"}]})");
    failed.clear();
    target->told = BatchTold::AcrossTopics;
    put(lanes.make(target), {"bad"});
    settle();
    ASSERT_THAT(failed, SizeIs(1));
    EXPECT_EQ(error_payload(*failed[0])
                  .find(R"({"ruleName":"r","payloadsWithMetadata":[{"id":1,)"
                        R"("topic":"t",)"),
              0U);
}

TEST_F(ActionLaneTest, OnlyTheServersOwnTargetsAreWaitedForWhenTheyAreFull) {
    const auto elsewhere = action();
    elsewhere->failing = "x";
    elsewhere->kind = ErrorKind::Throttled;
    put(lanes.make(elsewhere), {"x"});
    settle();
    EXPECT_THAT(elsewhere->tries, SizeIs(3));
    const auto own = action();
    own->failing = "x";
    own->kind = ErrorKind::Throttled;
    own->waits = true;
    put(lanes.make(own), {"x"});
    settle();
    EXPECT_THAT(own->tries, SizeIs(30));
}

TEST_F(ActionLaneTest, JobsCountWithTheirMessages) {
    const auto target = action();
    target->hangs = true;
    const auto lane = lanes.make(target);
    put(lane, std::vector<std::string>(30, "{}"), 100'000);
    settle();
    EXPECT_EQ(counts().failure.value(), 21u) << "nine of 100,000 bytes and more are in a million";
    EXPECT_EQ(counts().success.value(), 9u);
}

TEST_F(ActionLaneTest, ATenantsLanesAreBoundedTogether) {
    const auto target = action();
    target->hangs = true;
    const std::vector<std::string> payloads(9, "{}");
    put(lanes.make(target), payloads, 100'000);
    put(lanes.make(target), payloads, 100'000);
    settle();
    EXPECT_EQ(counts().success.value(), 14u);
    EXPECT_EQ(counts().failure.value(), 4u);
}

// All of its actions, or none.
TEST_F(ActionLaneTest, WhatIsPledgedWaitsWithoutItsResults) {
    const auto ledger = std::make_shared<PledgeLedger>(PledgeBounds());
    const auto target = action();
    const auto other = action();
    target->hangs = true;
    const auto lane = lanes.make(target);
    const auto lane_of_other = lanes.make(other);
    rule = compile_rule({}, RuleName("r"), {.sql = "SELECT * FROM 'a'"},
                        {.assurance = Assurance::AtLeastOnce})
               .value();
    for (int i = 0; i < 30; ++i) {
        Dispatched first = job(lane, "{}", 100'000);
        PledgeHold::Facts facts{.number = 1};
        ledger->add_restored(facts);
        auto message = std::make_shared<Message>();
        message->payload = first.job.message->payload;
        message->hold = PledgeHold(ledger, std::move(facts));
        first.job.message = first.execution->message = message;
        first.execution->under_way = 2;
        Dispatched second = job(lane_of_other, "{}");
        second.job.message = message;
        second.execution = first.execution;
        std::vector<Dispatched> jobs;
        jobs.push_back(std::move(first));
        jobs.push_back(std::move(second));
        lanes.put(std::move(jobs));
    }
    settle();
    EXPECT_EQ(counts().failure.value(), 0u);
    EXPECT_LT(target->tries.size(), 10u);
    EXPECT_EQ(target->tries.size(), other->tries.size());
    EXPECT_EQ(backlog.size(), 30 - target->tries.size());
}

TEST_F(ActionLaneTest, WhatIsOnItsWayCountsAndIsWaitedFor) {
    const auto lane = lanes.make(action());
    put(lane, {"1", "2", "3", "4"});
    EXPECT_EQ(lanes.pending(), 4u) << "before the loop has turned";
    std::atomic<bool> has_room = false;
    std::thread giver([&] {
        lanes.wait_for_room();
        has_room = true;
    });
    EXPECT_FALSE(has_room);
    settle();
    giver.join();
    EXPECT_TRUE(has_room);
    put(lane, {"1", "2", "3", "4"});
    std::thread let_go([&] { lanes.wait_for_room(); });
    lanes.let_go();
    let_go.join();
    settle();
}

}  // namespace
}  // namespace gatehouse::rules
