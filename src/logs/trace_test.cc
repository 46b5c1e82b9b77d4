#include "logs/trace.h"

#include <gtest/gtest.h>

namespace gatehouse::logs {
namespace {

class TraceStoreTest : public testing::Test {
protected:
    ManualClock clock_;
    Tenant tenant_;
};

TEST_F(TraceStoreTest, KeepsTheStepsOfAnAttemptInOrder) {
    TraceStore store(clock_);
    auto trace = store.begin(tenant_, "t-1", "127.0.0.1:4711");
    trace.step(StepKind::Door, StepStatus::Passed, "door https on 127.0.0.1:9443");
    clock_.advance(std::chrono::milliseconds(3));
    trace.name_client("basicPubSub");
    trace.step(StepKind::EventSent, StepStatus::Noted, R"({"password":"****"})",
               R"({"password":"dGVzdA=="})");
    trace.outcome(Outcome::Accepted);

    const auto found = store.find({.tenant = tenant_, .client_id = "basicPubSub"});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].trace_id, "t-1");
    EXPECT_EQ(found[0].outcome, Outcome::Accepted);
    ASSERT_EQ(found[0].steps.size(), 2U);
    EXPECT_EQ(found[0].steps[1].elapsed, std::chrono::milliseconds(3));
    EXPECT_EQ(found[0].steps[1].detail, R"({"password":"****"})");
    EXPECT_EQ(found[0].steps[1].unmasked_detail, "");

    const auto open = store.find({.tenant = tenant_, .trace_id = "t-1", .secrets = Secrets::Shown});
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].steps[1].unmasked_detail, R"({"password":"dGVzdA=="})");
}

TEST_F(TraceStoreTest, DropsTheOldestAndIgnoresTheirRecorders) {
    TraceStore store(clock_, {.connects = {.traces_max = 2, .bytes_max = 10'000}});
    auto first = store.begin(tenant_, "t-1", "a");
    store.begin(tenant_, "t-2", "a");
    store.begin(tenant_, "t-3", "a");
    first.step(StepKind::Ended, StepStatus::Noted, "too late");
    EXPECT_TRUE(store.find({.tenant = tenant_, .trace_id = "t-1"}).empty());
    const auto all = store.find({.tenant = tenant_, .limit = 10});
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].trace_id, "t-3");
    EXPECT_TRUE(all[1].steps.empty());
}

TEST_F(TraceStoreTest, AttemptsWithAndWithoutConnectDoNotPushEachOtherOut) {
    TraceStore store(clock_, {.connects = {.traces_max = 3, .bytes_max = 10'000},
                              .no_connects = {.traces_max = 2, .bytes_max = 10'000}});
    const auto kept = [&] {
        std::string names;
        for (const auto& trace : store.find({.tenant = tenant_, .limit = 10})) {
            names += trace.trace_id + " ";
        }
        return names;
    };
    auto real = store.begin(tenant_, "real-1", "a");
    auto scan = store.begin(tenant_, "scan-1", "a", Attempt::NoConnect);
    for (const char* id : {"scan-2", "scan-3"}) store.begin(tenant_, id, "a", Attempt::NoConnect);
    EXPECT_EQ(kept(), "scan-3 scan-2 real-1 ");
    scan.step(StepKind::Ended, StepStatus::Noted, "too late");
    real.step(StepKind::Ended, StepStatus::Noted, "in time");
    EXPECT_EQ(store.find({.tenant = tenant_, .trace_id = "real-1"}).at(0).steps.size(), 1u);
    for (const char* id : {"real-2", "real-3", "real-4"}) store.begin(tenant_, id, "a");
    EXPECT_EQ(kept(), "real-4 real-3 real-2 scan-3 scan-2 ");
    for (const char* id : {"scan-4", "scan-5", "scan-6"}) {
        store.begin(tenant_, id, "a", Attempt::NoConnect);
    }
    EXPECT_EQ(kept(), "scan-6 scan-5 real-4 real-3 real-2 ");
    auto long_scan = store.begin(tenant_, "scan-7", "a", Attempt::NoConnect);
    long_scan.step(StepKind::Tls, StepStatus::Failed, std::string(10'000, 'x'));
    EXPECT_EQ(kept(), "scan-7 real-4 real-3 real-2 ") << "too long for others of its kind alone";
}

TEST_F(TraceStoreTest, IsBoundedInBytesStepsAndDetail) {
    TraceStore store(
        clock_,
        {.connects = {.traces_max = 1000, .bytes_max = 20'000}, .steps_max = 3, .detail_max = 10});
    for (int i = 0; i < 100; ++i) {
        auto trace = store.begin(tenant_, "t-" + std::to_string(i), "a");
        for (int step = 0; step < 5; ++step) {
            trace.step(StepKind::Tls, StepStatus::Noted, "ääääääääää");
        }
    }
    const auto all = store.find({.tenant = tenant_, .limit = 1000});
    EXPECT_LT(all.size(), 60U);
    EXPECT_GT(all.size(), 10U);
    EXPECT_EQ(all[0].steps.size(), 3U);
    EXPECT_EQ(all[0].steps_left_out, 2U);
    EXPECT_EQ(all[0].steps[0].detail, "äääää…");
}

TEST_F(TraceStoreTest, TellsWhatChangedSinceARevision) {
    TraceStore store(clock_);
    EXPECT_EQ(store.revision(), 0U);
    auto first = store.begin(tenant_, "t-1", "a");
    auto second = store.begin(tenant_, "t-2", "a");
    second.name_client("mine");
    first.step(StepKind::Door, StepStatus::Passed, "later than the second's");
    const auto all = store.changed_since(0, {.tenant = tenant_, .limit = 10});
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].trace_id, "t-2");
    EXPECT_EQ(all[1].trace_id, "t-1");
    EXPECT_EQ(all[1].revision, store.revision());
    EXPECT_EQ(store.changed_since(0, {.tenant = tenant_, .limit = 1}).size(), 1U);
    const auto rest = store.changed_since(all[0].revision, {.tenant = tenant_, .limit = 10});
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].trace_id, "t-1");
    EXPECT_EQ(store.changed_since(0, {.tenant = tenant_, .client_id = "mine", .limit = 10}).size(),
              1U);
    EXPECT_TRUE(store.changed_since(store.revision(), {.tenant = tenant_, .limit = 10}).empty());
}

TEST_F(TraceStoreTest, TellsFollowersOfTheirClientAlone) {
    TraceStore store(clock_);
    std::vector<std::string> heard;
    const auto number = store.follow(tenant_, "mine", [&](const ConnectionTrace& trace) {
        heard.push_back(trace.steps.empty()
                            ? "-"
                            : trace.steps.back().unmasked_detail + "/" + trace.steps.back().detail);
    });
    auto mine = store.begin(tenant_, "t-1", "a");
    auto other = store.begin(tenant_, "t-2", "a");
    other.name_client("other");
    mine.name_client("mine");
    mine.step(StepKind::EventSent, StepStatus::Noted, "masked", "secret");
    other.step(StepKind::Door, StepStatus::Noted, "not heard");
    EXPECT_EQ(heard, (std::vector<std::string>{"-", "/masked"}));
    store.unfollow(number);
    mine.outcome(Outcome::Ended);
    EXPECT_EQ(heard.size(), 2U);
}

TEST_F(TraceStoreTest, KeepsTenantsApart) {
    TraceStore store(clock_);
    const Tenant other{AccountId("111111111111"), Region("eu-west-1")};
    store.begin(tenant_, "t-1", "a").name_tenant(other);
    EXPECT_TRUE(store.find({.tenant = tenant_, .trace_id = "t-1"}).empty());
    EXPECT_EQ(store.find({.tenant = other, .trace_id = "t-1"}).size(), 1U);
}

TEST(Recorder, WithoutAStoreIgnoresEverything) {
    TraceStore::Recorder recorder;
    recorder.step(StepKind::Door, StepStatus::Passed, "nothing happens");
    EXPECT_FALSE(recorder);
}

}  // namespace
}  // namespace gatehouse::logs
