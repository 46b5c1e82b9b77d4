#include "functions/async_invocations.h"

#include <gtest/gtest.h>

#include "functions/limits.h"
#include "logs/event_sink.h"

namespace gatehouse::functions {
namespace {

using std::chrono::seconds;

class ScriptedFunction final : public FunctionInvoker {
public:
    async::Task<Result<InvocationResult>> invoke(FunctionRef, Payload,
                                                 InvokeOptions options) override {
        requests.push_back(options.request_id.value());
        if (error) co_return fail(*error);
        InvocationResult result;
        if (fails) result.function_error = FunctionErrorKind::Raised;
        co_return result;
    }

    bool fails = false;
    std::optional<Error> error;
    std::vector<std::string> requests;
};

class RememberedEvents final : public logs::EventSink {
public:
    void record(const logs::Event& event) override { reasons.emplace_back(event.reason); }
    void append(const logs::StreamRef&, WallTime, std::string_view, logs::Importance) override {}

    std::vector<std::string> reasons;
};

class AsyncInvocationsTest : public testing::Test {
protected:
    void make(AsyncInvocationSettings settings = {}) {
        invocations = std::make_unique<AsyncInvocations>(
            AsyncInvocations::Parts{.loop = loop, .invoker = function, .events = events}, settings);
    }
    void TearDown() override {
        if (!invocations) return;
        invocations->stop();
        async::TaskGroup tasks(loop, "test");
        tasks.start(invocations->join());
        while (tasks.running() > 0) loop.run_once(std::chrono::milliseconds(1));
    }
    Result<void> take(Payload payload = "{}", std::string name = "f") {
        auto taken = invocations->take({Tenant{}, FunctionName(std::move(name))},
                                       std::move(payload), RequestId("r-1"));
        settle();
        return taken;
    }
    void settle() {
        while (loop.run_once(std::chrono::milliseconds(0))) {
        }
    }
    void advance(seconds by) {
        clock.advance(by);
        settle();
    }

    ManualClock clock;
    async::EventLoop loop{clock, {}};
    ScriptedFunction function;
    RememberedEvents events;
    std::unique_ptr<AsyncInvocations> invocations;
};

TEST_F(AsyncInvocationsTest, AnEventThatIsServedIsDone) {
    make();
    ASSERT_TRUE(take());
    EXPECT_EQ(function.requests.size(), 1U);
    EXPECT_EQ(invocations->pending(), 0U);
    EXPECT_TRUE(events.reasons.empty());
}

TEST_F(AsyncInvocationsTest, AFailureIsRepeatedAfterOneAndTwoMinutesUnderTheSameRequestId) {
    make();
    function.fails = true;
    ASSERT_TRUE(take());
    advance(seconds(59));
    EXPECT_EQ(function.requests.size(), 1U);
    advance(seconds(1));
    EXPECT_EQ(function.requests.size(), 2U);
    advance(seconds(119));
    EXPECT_EQ(function.requests.size(), 2U);
    advance(seconds(1));
    EXPECT_EQ(function.requests, (std::vector<std::string>{"r-1", "r-1", "r-1"}));
    EXPECT_EQ(invocations->pending(), 0U);
    EXPECT_EQ(events.reasons, std::vector<std::string>{"RETRIES_EXHAUSTED"});
}

TEST_F(AsyncInvocationsTest, ThrottlingIsRepeatedFartherAndFartherApartForSixHours) {
    make();
    function.error = Error{ErrorKind::Throttled, "Rate Exceeded.", {}};
    ASSERT_TRUE(take());
    std::vector<std::size_t> attempts;
    for (const int wait : {1, 2, 4, 8}) {
        advance(seconds(wait));
        attempts.push_back(function.requests.size());
    }
    EXPECT_EQ(attempts, (std::vector<std::size_t>{2, 3, 4, 5}));
    for (int i = 0; i < 6 * 60; ++i) advance(seconds(60));
    EXPECT_EQ(events.reasons, std::vector<std::string>{"EVENT_AGE_EXCEEDED"});
    EXPECT_GT(function.requests.size(), 70U);  // every 5 minutes at last
    EXPECT_EQ(invocations->pending(), 0U);
}

TEST_F(AsyncInvocationsTest, AFunctionThatIsGoneIsNotAskedAgain) {
    make();
    function.error = Error{ErrorKind::NotFound, "Function not found", {}};
    ASSERT_TRUE(take());
    EXPECT_EQ(invocations->pending(), 0U);
    EXPECT_EQ(events.reasons, std::vector<std::string>{"RETRIES_EXHAUSTED"});
}

TEST_F(AsyncInvocationsTest, BoundsHold) {
    make({.events_max = 3, .bytes_max = 2'000'000, .events_per_function_max = 2});
    function.fails = true;
    EXPECT_EQ(take(Payload(async_request_bytes_max + 1, ' ')).error().kind, ErrorKind::TooLarge);
    ASSERT_TRUE(take());
    ASSERT_TRUE(take());
    EXPECT_EQ(take().error().kind, ErrorKind::Throttled) << "of one function";
    ASSERT_TRUE(take("{}", "other"));
    EXPECT_EQ(take("{}", "third").error().kind, ErrorKind::Throttled) << "in all";
}

TEST_F(AsyncInvocationsTest, WhatWaitsWhenItStopsIsToldInTheLog) {
    make();
    function.fails = true;
    ASSERT_TRUE(take());
    invocations->stop();
    settle();
    EXPECT_EQ(invocations->pending(), 0U);
    EXPECT_EQ(events.reasons, std::vector<std::string>{"SERVER_STOPPED"});
    EXPECT_EQ(take().error().kind, ErrorKind::Throttled);
}

}  // namespace
}  // namespace gatehouse::functions
