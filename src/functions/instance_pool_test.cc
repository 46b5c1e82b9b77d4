// How instances come, are shared and go.
#include <thread>

#include "functions/function_fixture.h"

namespace gatehouse::functions {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr const char* pid_source =
    "import os, threading\ndef handler(event, context):\n"
    "    threading.Event().wait(event)\n    return os.urandom(8).hex() + NAME\n"
    "NAME = os.environ['AWS_LAMBDA_LOG_STREAM_NAME']\n";
constexpr const char* sleeping =
    "import threading\ndef handler(event, context):\n"
    "    threading.Event().wait(event)\n    return 1\n";

class InstancePoolTest : public FunctionFixture {
protected:
    std::vector<Result<InvocationResult>> invoke_many(const std::string& name, int count,
                                                      const std::string& event) {
        std::vector<Result<InvocationResult>> results(static_cast<std::size_t>(count),
                                                      fail(ErrorKind::Internal, "unset"));
        for (auto& result : results) invoke_later(name, event, {}, result);
        finish();
        return results;
    }
};

TEST_F(InstancePoolTest, ConcurrentEventsGetInstancesOfTheirOwn) {
    make_python("f", sleeping);
    for (const auto& result : invoke_many("f", 4, "0.5")) {
        ASSERT_TRUE(result) << result.error().message;
        EXPECT_EQ(result->payload, "1");
    }
    EXPECT_EQ(pool->facts().instances, 4u);
}

TEST_F(InstancePoolTest, NoMoreThanTheBoundAndTheRestWaits) {
    settings.instances_per_function_max = 2;
    make_python("f", pid_source);
    for (const auto& result : invoke_many("f", 8, "0.02")) ASSERT_TRUE(result);
    EXPECT_EQ(pool->facts().instances, 2u);
}

TEST_F(InstancePoolTest, AFullQueueIsThrottled) {
    settings.instances_per_function_max = 1;
    settings.queue_max = 1;
    make_python("f", sleeping);
    ASSERT_TRUE(invoke("f", "0"));
    int throttled = 0;
    for (const auto& result : invoke_many("f", 4, "0.2")) {
        if (result) continue;
        EXPECT_EQ(result.error().kind, ErrorKind::Throttled);
        EXPECT_EQ(result.error().place.field, "ConcurrentInvocationLimitExceeded");
        ++throttled;
    }
    EXPECT_EQ(throttled, 2);
}

// Behind one that waits on, too.
TEST_F(InstancePoolTest, AnEventWhoseCallerLeftIsForgottenWhereverItWaits) {
    settings.instances_per_function_max = 1;
    make_python("f", sleeping);
    ASSERT_TRUE(invoke("f", "0"));
    Result<InvocationResult> busy = fail(ErrorKind::Internal, "unset");
    Result<InvocationResult> patient = fail(ErrorKind::Internal, "unset");
    invoke_later("f", "3", {}, busy);
    invoke_later("f", "0", {}, patient);
    auto held = std::make_shared<int>();
    const std::weak_ptr<int> kept = held;
    InvokeOptions options;
    options.deadline = Deadline::after(clock, milliseconds(50));
    options.held = std::move(held);
    Result<InvocationResult> left = fail(ErrorKind::Internal, "unset");
    invoke_later("f", "0", std::move(options), left);
    run_until([&] { return kept.expired(); });
    EXPECT_FALSE(busy) << "it has not ended";
    finish();
    EXPECT_TRUE(patient);
}

TEST_F(InstancePoolTest, ReservedConcurrency) {
    make_python("f", sleeping).reserved_concurrency = 0;
    const auto off = invoke("f", "0");
    ASSERT_FALSE(off);
    EXPECT_EQ(off.error().kind, ErrorKind::Throttled);
    EXPECT_EQ(off.error().place.field, "ReservedFunctionConcurrentInvocationLimitExceeded");
    make_python("g", sleeping).reserved_concurrency = 1;
    int throttled = 0;
    for (const auto& result : invoke_many("g", 3, "0.1")) throttled += result ? 0 : 1;
    EXPECT_EQ(throttled, 2);
}

TEST_F(InstancePoolTest, TheAccountHasABoundToo) {
    settings.account_concurrency_max = 2;
    make_python("f", sleeping);
    int throttled = 0;
    for (const auto& result : invoke_many("f", 3, "0.1")) throttled += result ? 0 : 1;
    EXPECT_EQ(throttled, 1);
}

TEST_F(InstancePoolTest, WhoHasLeftTakesNoOnesPlace) {
    settings.account_concurrency_max = 2;
    settings.instances_per_function_max = 1;
    make_python("f", sleeping);
    make_python("g", sleeping);
    ASSERT_TRUE(invoke("f", "0"));
    Result<InvocationResult> busy = fail(ErrorKind::Internal, "unset");
    invoke_later("f", "2", {}, busy);
    InvokeOptions options;
    options.deadline = Deadline::after(clock, milliseconds(50));
    Result<InvocationResult> left = fail(ErrorKind::Internal, "unset");
    invoke_later("f", "0", std::move(options), left);
    run_until([&] { return left.error().kind != ErrorKind::Internal; });
    const auto other = invoke("g", "0");
    EXPECT_TRUE(other) << other.error().message;
    finish();
}

TEST_F(InstancePoolTest, AnIdleInstanceMakesRoomForAnotherFunction) {
    settings.instances_max = 1;
    make_python("f", sleeping);
    make_python("g", sleeping);
    ASSERT_TRUE(invoke("f", "0"));
    const auto other = invoke("g", "0");
    ASSERT_TRUE(other) << other.error().message;
    EXPECT_EQ(other->start, StartKind::Cold);
    EXPECT_EQ(pool->facts().instances, 1u);
}

TEST_F(InstancePoolTest, IdleInstancesGo) {
    settings.idle_max = milliseconds(100);
    make_python("f", sleeping);
    ASSERT_TRUE(invoke("f", "0"));
    EXPECT_EQ(pool->facts().instances, 1u);
    run_until([&] { return pool->facts().instances == 0; });
    EXPECT_EQ(invoke("f", "0")->start, StartKind::Cold);
}

TEST_F(InstancePoolTest, NewCodeGetsNewInstances) {
    make_python("f", "def handler(event, context):\n    return 'old'\n");
    EXPECT_EQ(invoke("f")->payload, "\"old\"");
    make_python("f", "def handler(event, context):\n    return 'new'\n");
    const auto result = invoke("f");
    EXPECT_EQ(result->payload, "\"new\"");
    run_until([&] { return pool->facts().instances == 1; });
}

TEST_F(InstancePoolTest, ADeletedFunctionIsForgottenAndMayComeBack) {
    make_python("f", sleeping);
    ASSERT_TRUE(invoke("f", "0"));
    table.functions.erase("f");
    pool->forget(Tenant(), FunctionName("f"));
    EXPECT_EQ(invoke("f", "0").error().kind, ErrorKind::NotFound);
    make_python("f", sleeping);
    EXPECT_TRUE(invoke("f", "0"));
    run_until([&] { return pool->facts().instances == 1; });
}

TEST_F(InstancePoolTest, WhatADeletedFunctionHasBegunItFinishes) {
    make_python("f", sleeping);
    ASSERT_TRUE(invoke("f", "0"));
    Result<InvocationResult> running = fail(ErrorKind::Internal, "unset");
    invoke_later("f", "0.2", {}, running);
    loop.run_once(milliseconds(1));
    pool->forget(Tenant(), FunctionName("f"));
    finish();
    ASSERT_TRUE(running) << running.error().message;
    EXPECT_EQ(running->payload, "1");
    run_until([&] { return pool->facts().instances == 0; });
}

TEST_F(InstancePoolTest, EventsOverTheLimitAreRefused) {
    make_python("f", sleeping);
    EXPECT_EQ(invoke("f", std::string(6 * 1024 * 1024 + 1, ' ')).error().kind, ErrorKind::TooLarge);
}

TEST_F(InstancePoolTest, StoppingFailsWhatWaits) {
    settings.instances_per_function_max = 1;
    make_python("f", sleeping).configuration.timeout_s = 60;
    Result<InvocationResult> running = fail(ErrorKind::Internal, "unset");
    Result<InvocationResult> waiting = fail(ErrorKind::Internal, "unset");
    ASSERT_TRUE(invoke("f", "0"));
    invoke_later("f", "50", {}, running);
    invoke_later("f", "50", {}, waiting);
    loop.run_once(milliseconds(1));
    tasks.start([](InstancePoolTest& test) -> async::Task<void> {
        co_await test.pool->stop(Deadline::after(test.clock, std::chrono::seconds(10)));
    }(*this));
    finish();
    ASSERT_FALSE(running);
    EXPECT_EQ(running.error().kind, ErrorKind::Cancelled);
    ASSERT_FALSE(waiting);
    EXPECT_EQ(waiting.error().kind, ErrorKind::Cancelled);
    EXPECT_EQ(invoke("f", "0").error().kind, ErrorKind::Cancelled);
}

TEST_F(InstancePoolTest, MayBeCalledFromAnotherLoop) {
    make_python("f", sleeping);
    ASSERT_TRUE(invoke("f", "0"));
    std::atomic<bool> done = false;
    Result<InvocationResult> result = fail(ErrorKind::Internal, "unset");
    std::jthread other([&] {
        async::EventLoop its_loop(clock, {.index = 1});
        async::TaskGroup its_tasks(its_loop, "other");
        its_loop.post([&] {
            its_tasks.start(
                [](FunctionInvoker& invoker, Result<InvocationResult>& into) -> async::Task<void> {
                    into = co_await invoker.invoke({Tenant(), FunctionName("f")}, "0", {});
                }(*invoker, result));
        });
        do its_loop.run_once(milliseconds(20));
        while (its_tasks.running() > 0);
        done = true;
    });
    run_until([&] { return done.load(); });
    other.join();
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->payload, "1");
}

TEST_F(InstancePoolTest, AnUnknownFunctionIsNotFound) {
    start_pool();
    const auto result = invoke("nobody");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::NotFound);
    EXPECT_EQ(result.error().message,
              "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody:$LATEST");
}

TEST_F(InstancePoolTest, AVersionThatDoesNotExistIsNotFound) {
    make_python("f", "def handler(event, context):\n    return 1\n");
    const auto message_of = [&](std::string version) {
        Result<InvocationResult> result = fail(ErrorKind::Internal, "not finished");
        tasks.start([](auto& self, auto version, auto& into) -> async::Task<void> {
            into = co_await self.invoker->invoke(
                {Tenant(), FunctionName("f"), Qualifier(std::move(version))}, "{}", {});
        }(*this, std::move(version), result));
        finish();
        return result ? result->payload : result.error().message;
    };
    EXPECT_EQ(message_of("$LATEST"), "1");
    EXPECT_EQ(message_of("17"),
              "Function not found: arn:aws:lambda:us-east-1:000000000000:function:f:17");
}

}  // namespace
}  // namespace gatehouse::functions
