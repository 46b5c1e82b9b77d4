#include "functions/async_invocations.h"

#include <gtest/gtest.h>

#include "functions/limits.h"
#include "logs/event_sink.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::functions {
namespace {

using std::chrono::seconds;

class ScriptedFunction final : public FunctionInvoker {
public:
    async::Task<Result<InvocationResult>> invoke(FunctionRef, Payload payload,
                                                 InvokeOptions options) override {
        requests.push_back(options.request_id.value());
        last_payload = std::move(payload);
        if (error) co_return fail(*error);
        InvocationResult result;
        if (fails) result.function_error = FunctionErrorKind::Raised;
        co_return result;
    }

    std::string last_payload;
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
            AsyncInvocations::Parts{.loop = loop,
                                    .invoker = function,
                                    .events = events,
                                    .store = store,
                                    .config_of = [this](const FunctionRef&) { return config; }},
            settings);
    }
    // What another run of the server would find is what is in the store now.
    void restart() {
        end();
        make();
        ASSERT_TRUE(invocations->resume());
        settle();
    }
    void end() {
        if (!invocations) return;
        invocations->stop();
        finish(invocations->join());
        invocations.reset();
    }
    void TearDown() override { end(); }
    void finish(async::Task<void> task) {
        async::TaskGroup tasks(loop, "test");
        tasks.start(std::move(task));
        while (tasks.running() > 0) loop.run_once(std::chrono::milliseconds(1));
    }
    Result<void> take(Payload payload = "{}", std::string name = "f",
                      EventKept kept = EventKept::OnDisk) {
        Result<void> taken;
        finish([](AsyncInvocations& to, FunctionRef ref, Payload event, RequestId request,
                  EventKept kept, Result<void>& into) -> async::Task<void> {
            into = co_await to.take(std::move(ref), std::move(event), std::move(request), {}, kept);
        }(*invocations, {Tenant{}, FunctionName(std::move(name))}, std::move(payload),
                                                      RequestId("r-" + std::to_string(++taken_)),
                                                      kept, taken));
        settle();
        return taken;
    }
    // Until every event waits for its next attempt, and the disk for nothing.
    void settle() {
        do {
            while (loop.run_once(std::chrono::milliseconds(0))) {
            }
        } while (invocations->pending() != invocations->waiting_to_be_repeated());
    }
    std::size_t kept() {
        std::size_t count = 0;
        for (const char* const kind : {"function_event", "function_event_payload"}) {
            count += *memory.count(Tenant{}, storage::Kind(kind));
        }
        return count;
    }
    void advance(seconds by) {
        clock.advance(by);
        settle();
    }

    ManualClock clock;
    async::EventLoop loop{clock, {}};
    storage::MemoryResourceStore memory{clock};
    async::WorkerPool workers{{.name = "test-store", .threads = 1}};
    storage::AsyncResourceStore store{memory, workers};
    EventInvokeConfig config;
    ScriptedFunction function;
    RememberedEvents events;
    int taken_ = 0;
    std::unique_ptr<AsyncInvocations> invocations;
};

TEST_F(AsyncInvocationsTest, AnEventThatIsServedIsDone) {
    make();
    ASSERT_TRUE(take());
    EXPECT_EQ(function.requests.size(), 1U);
    EXPECT_EQ(invocations->pending(), 0U);
    EXPECT_TRUE(events.reasons.empty());
}

TEST_F(AsyncInvocationsTest, WhatIsKeptInMemoryIsRepeatedAndEndsWithTheServer) {
    make();
    function.fails = true;
    ASSERT_TRUE(take("{}", "f", EventKept::InMemory));
    EXPECT_EQ(kept(), 0U);
    advance(seconds(60));
    EXPECT_EQ(function.requests, (std::vector<std::string>{"r-1", "r-1"}));
    EXPECT_EQ(kept(), 0U);
    restart();
    EXPECT_EQ(invocations->pending(), 0U);
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

TEST_F(AsyncInvocationsTest, NothingIsTakenWhileItStops) {
    make();
    function.fails = true;
    ASSERT_TRUE(take());
    invocations->stop();
    settle();
    EXPECT_EQ(invocations->pending(), 0U);
    EXPECT_EQ(take().error().kind, ErrorKind::Throttled);
}

TEST_F(AsyncInvocationsTest, ARestartLosesNoEventAndKeepsItsPlaceInTime) {
    make();
    function.fails = true;
    const Payload payload = '"' + std::string(700'000, 'x') + '"';
    ASSERT_TRUE(take(payload));
    EXPECT_EQ(kept(), 3U);  // the event, and its payload in two pieces
    clock.advance(seconds(40));
    restart();
    EXPECT_EQ(function.requests.size(), 1U);
    advance(seconds(19));
    EXPECT_EQ(function.requests.size(), 1U);
    advance(seconds(1));
    EXPECT_EQ(function.requests, (std::vector<std::string>{"r-1", "r-1"}));
    EXPECT_EQ(function.last_payload, payload);
    // The second pause passes while no server runs.
    end();
    clock.advance(seconds(600));
    restart();
    EXPECT_EQ(function.requests.size(), 3U);
    EXPECT_EQ(events.reasons, std::vector<std::string>{"RETRIES_EXHAUSTED"});
    EXPECT_EQ(kept(), 0U);
}

TEST_F(AsyncInvocationsTest, WhatIsInterruptedByTheEndOfTheServerIsTriedAgain) {
    make();
    function.error = Error{ErrorKind::Unavailable, "later", {}};
    ASSERT_TRUE(take());
    function.error.reset();
    restart();
    advance(seconds(1));
    EXPECT_EQ(function.requests.size(), 2U);
    EXPECT_EQ(kept(), 0U);
}

TEST_F(AsyncInvocationsTest, AFunctionMayWantFewerRetriesAndYoungerEvents) {
    make();
    function.fails = true;
    config.retries_max = 0;
    ASSERT_TRUE(take());
    EXPECT_EQ(invocations->pending(), 0U);
    config.retries_max = 1;
    ASSERT_TRUE(take());
    advance(seconds(60));
    EXPECT_EQ(function.requests.size(), 3U);
    EXPECT_EQ(invocations->pending(), 0U);
    config.retries_max.reset();
    config.age_max_s = 60;
    ASSERT_TRUE(take());
    advance(seconds(60));
    EXPECT_EQ(invocations->pending(), 0U);
    EXPECT_EQ(events.reasons.back(), "EVENT_AGE_EXCEEDED");
}

}  // namespace
}  // namespace gatehouse::functions
