// Instances that die, hang, flood or answer junk: only their own event suffers.
#include <signal.h>

#include "functions/function_fixture.h"

namespace gatehouse::functions {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

class InstanceFaults : public FunctionFixture {
protected:
    // The same function works for the next event.
    void expect_recovery() {
        const auto after = invoke("f", R"({"fine": true})");
        ASSERT_TRUE(after) << after.error().message;
        EXPECT_EQ(after->payload, "\"fine\"");
        EXPECT_EQ(after->start, StartKind::Cold);
    }
    static std::string unless_fine(const std::string& deed) {
        return "import os, sys, signal, threading\ndef handler(event, context):\n"
               "    if event.get('fine'):\n        return 'fine'\n    " +
               deed + "\n";
    }
    InvokeOptions with_id() {
        InvokeOptions options;
        options.request_id = RequestId("11111111-2222-4333-8444-555555555555");
        return options;
    }
    static constexpr const char* id = "RequestId: 11111111-2222-4333-8444-555555555555 Error: ";
};

TEST_F(InstanceFaults, ExitWithoutReason) {
    make_python("f", unless_fine("os._exit(0)"));
    const auto result = invoke("f", "{}", with_id());
    ASSERT_TRUE(result);
    EXPECT_EQ(result->function_error, FunctionErrorKind::Exited);
    EXPECT_EQ(result->payload, std::string(R"({"errorType":"Runtime.ExitError","errorMessage":")") +
                                   id + R"(Runtime exited without providing a reason"})");
    EXPECT_GT(result->max_memory_mb, 0u) << "known, though nobody looked before it ended";
    EXPECT_THAT(log.text(), HasSubstr("Status: error\tError Type: Runtime.ExitError"));
    expect_recovery();
}

TEST_F(InstanceFaults, ExitWithStatus) {
    make_python("f", unless_fine("sys.exit(7)"));
    EXPECT_THAT(invoke("f", "{}", with_id())->payload,
                HasSubstr(std::string(id) + "Runtime exited with error: exit status 7"));
    // The sandbox's own failure code is not special to a function.
    make_python("g", unless_fine("os._exit(126)"));
    EXPECT_THAT(invoke("g")->payload, HasSubstr("exit status 126"));
    expect_recovery();
}

TEST_F(InstanceFaults, KilledBySignal) {
    make_python("f", unless_fine("os.kill(os.getpid(), signal.SIGKILL)"));
    EXPECT_THAT(invoke("f", "{}", with_id())->payload,
                HasSubstr(std::string(id) + "Runtime exited with error: signal: killed"));
    expect_recovery();
}

TEST_F(InstanceFaults, KilledFromOutsideInTheMiddle) {
    make_python("f", unless_fine("print('in the middle'); signal.pause()"))
        .configuration.timeout_s = 100;
    Result<InvocationResult> result = fail(ErrorKind::Internal, "unset");
    invoke_later("f", "{}", {}, result);
    run_until([&] { return log.text().find("in the middle") != std::string::npos; });
    const std::vector<pid_t> children = process_tree(getpid());
    ASSERT_GE(children.size(), 2u);
    kill(children[1], SIGKILL);  // the sandbox, and with it everything it started
    finish();
    ASSERT_TRUE(result);
    EXPECT_EQ(result->function_error, FunctionErrorKind::Exited);
    EXPECT_THAT(result->payload, HasSubstr("signal: killed"));
    expect_recovery();
}

TEST_F(InstanceFaults, Timeout) {
    make_python("f", unless_fine("print('waiting'); signal.pause()")).configuration.timeout_s = 1;
    const auto result = invoke("f", "{}", with_id());
    ASSERT_TRUE(result);
    EXPECT_EQ(result->function_error, FunctionErrorKind::TimedOut);
    EXPECT_EQ(result->payload, std::string(R"({"errorType":"Sandbox.Timedout","errorMessage":")") +
                                   id + R"(Task timed out after 1.00 seconds"})");
    EXPECT_THAT(log.text(), AllOf(HasSubstr("waiting\n"), HasSubstr("\tDuration: 1000.00 ms\t"),
                                  HasSubstr("Status: timeout")));
    expect_recovery();
}

TEST_F(InstanceFaults, TheCallersDeadlineDoesNotEndTheFunction) {
    make_python("f", unless_fine("threading.Event().wait(0.3); print('done after all')"));
    ASSERT_TRUE(invoke("f", R"({"fine": true})"));
    InvokeOptions options;
    options.deadline = Deadline::after(clock, std::chrono::milliseconds(50));
    const auto result = invoke("f", "{}", options);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Timeout);
    run_until([&] { return log.text().find("done after all") != std::string::npos; });
    EXPECT_EQ(invoke("f", R"({"fine": true})")->start, StartKind::Warm);
}

TEST_F(InstanceFaults, ACallerMayBoundHowLongTheFunctionRuns) {
    make_python("f", unless_fine("print('waiting'); signal.pause()")).configuration.timeout_s = 100;
    ASSERT_TRUE(invoke("f", R"({"fine": true})"));
    InvokeOptions options;
    options.deadline = Deadline::after(clock, std::chrono::milliseconds(300));
    options.run_max = std::chrono::milliseconds(300);
    const auto result = invoke("f", "{}", options);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Timeout) << "its own end, not the function's";
    run_until([&] { return log.text().find("Status: timeout") != std::string::npos; });
    EXPECT_THAT(log.text(), AllOf(HasSubstr("waiting\n"), HasSubstr("its caller waits no longer")));
    expect_recovery();
}

// What becomes of an event whose caller left before.
TEST_F(InstanceFaults, AFailureAfterTheCallerLeftIsTold) {
    make_python("f", unless_fine("print('begun'); threading.Event().wait(0.2)\n"
                                 "    if event.get('raise'): raise ValueError()\n"
                                 "    signal.pause()"))
        .configuration.timeout_s = 100;
    int told = 0;
    for (const char* event : {"{}", R"({"raise": true})"}) {
        ASSERT_TRUE(invoke("f", R"({"fine": true})")) << "an instance waits";
        InvokeOptions options;
        options.deadline = Deadline::after(clock, std::chrono::milliseconds(50));
        options.run_max = std::chrono::milliseconds(600);
        options.on_late_failure = [&told] { ++told; };
        const int before = told;
        EXPECT_EQ(invoke("f", event, options).error().kind, ErrorKind::Timeout);
        EXPECT_EQ(told, before);
        run_until([&] { return told == before + 1; });
    }
}

TEST_F(InstanceFaults, WhatIsWellAfterTheCallerLeftIsNotTold) {
    make_python("f", unless_fine("threading.Event().wait(0.2); print('well')"));
    ASSERT_TRUE(invoke("f", R"({"fine": true})"));
    bool told = false;
    InvokeOptions options;
    options.deadline = Deadline::after(clock, std::chrono::milliseconds(50));
    options.on_late_failure = [&told] { told = true; };
    EXPECT_EQ(invoke("f", "{}", options).error().kind, ErrorKind::Timeout);
    run_until([&] { return log.text().find("well") != std::string::npos; });
    EXPECT_TRUE(invoke("f", R"({"fine": true})"));
    EXPECT_FALSE(told);
}

TEST_F(InstanceFaults, WhatHasAnsweredWithinTheCallersBoundMayFinish) {
    // The answer is posted by hand, and the runtime asks for the next event only later.
    make_python("f", R"(
import http.client, os, threading
def handler(event, context):
    if event.get('fine'):
        return 'fine'
    api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
    api.request('POST', '/2018-06-01/runtime/invocation/%s/response' % context.aws_request_id,
                '"early"')
    api.getresponse().read()
    threading.Event().wait(0.6)
    print('done after all')
)");
    ASSERT_TRUE(invoke("f", R"({"fine": true})"));
    InvokeOptions options;
    options.deadline = Deadline::after(clock, std::chrono::milliseconds(300));
    options.run_max = std::chrono::milliseconds(300);
    const auto result = invoke("f", "{}", options);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->payload, "\"early\"");
    run_until([&] { return log.text().find("done after all") != std::string::npos; });
}

TEST_F(InstanceFaults, WhoWaitedBehindOthersInVainIsToldSo) {
    settings.instances_per_function_max = 1;
    make_python("f", unless_fine("print('waiting'); signal.pause()")).configuration.timeout_s = 100;
    Result<InvocationResult> first = fail(ErrorKind::Internal, "unset");
    InvokeOptions bounded;
    bounded.run_max = std::chrono::milliseconds(600);
    bounded.deadline = Deadline::after(clock, std::chrono::milliseconds(600));
    invoke_later("f", "{}", bounded, first);
    run_until([&] { return log.text().find("waiting") != std::string::npos; });
    InvokeOptions options;
    options.deadline = Deadline::after(clock, std::chrono::milliseconds(50));
    const auto second = invoke("f", R"({"fine": true})", options);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::Throttled);
    finish();
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().kind, ErrorKind::Timeout);
    expect_recovery();
}

// One instance, three at once, each of which takes most of the time that its caller has.
TEST_F(InstanceFaults, WhoBeganLateBehindOthersIsToldSo) {
    settings.instances_per_function_max = 1;
    make_python("f", unless_fine("threading.Event().wait(0.4); return 'slow'"));
    ASSERT_TRUE(invoke("f", R"({"fine": true})"));
    InvokeOptions options;
    options.deadline = Deadline::after(clock, std::chrono::milliseconds(600));
    std::vector<Result<InvocationResult>> results(3, fail(ErrorKind::Internal, "unset"));
    for (auto& result : results) invoke_later("f", "{}", options, result);
    finish();
    EXPECT_TRUE(results[0]);
    ASSERT_FALSE(results[1]);
    EXPECT_EQ(results[1].error().kind, ErrorKind::Throttled) << "begun, and too late";
    ASSERT_FALSE(results[2]);
    EXPECT_EQ(results[2].error().kind, ErrorKind::Throttled) << "not begun";
}

TEST_F(InstanceFaults, HangInInit) {
    settings.init_max = std::chrono::milliseconds(300);
    make_python("f", "import signal\nsignal.pause()\n").configuration.timeout_s = 1;
    const auto result = invoke("f");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->function_error, FunctionErrorKind::TimedOut);
    EXPECT_THAT(result->payload, HasSubstr("Sandbox.Timedout"));
    EXPECT_THAT(log.text(), AllOf(HasSubstr("Phase: init\tStatus: timeout"),
                                  HasSubstr("Phase: invoke\tStatus: timeout"),
                                  HasSubstr("\tDuration: 1000.00 ms\tBilled Duration: 1000 ms")));
}

TEST_F(InstanceFaults, AnInitThatOverrunsIsBegunAnewUnderTheFunctionsTimeout) {
    settings.init_max = std::chrono::milliseconds(300);
    // Once for the init phase, once for the invocation.
    make_python("f",
                "import threading\nprint('began')\nthreading.Event().wait(0.6)\n"
                "def handler(event, context):\n    return 'fine'\n")
        .configuration.timeout_s = 30;
    const auto result = invoke("f");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->function_error, std::nullopt) << result->payload;
    EXPECT_EQ(result->payload, R"("fine")");
    const std::string text = log.text();
    // How far the first came in its time is the machine's business.
    const auto first = text.find("INIT_START");
    const auto overrun = text.find("Phase: init\tStatus: timeout", first);
    const auto second = text.find("INIT_START", overrun);
    ASSERT_NE(second, text.npos) << text;
    EXPECT_NE(text.find("began", second), text.npos) << text;
    EXPECT_EQ(invoke("f")->start, StartKind::Warm);
}

TEST_F(InstanceFaults, ExitInInit) {
    make_python("f", "import os\nprint('about to go')\nos._exit(3)\n");
    const auto result = invoke("f");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->function_error, FunctionErrorKind::InitFailed);
    EXPECT_THAT(result->payload, HasSubstr("Runtime exited with error: exit status 3"));
    EXPECT_THAT(log.text(), AllOf(HasSubstr("about to go"),
                                  HasSubstr("Status: error\tError Type: Runtime.ExitError")));
}

TEST_F(InstanceFaults, AFloodOfOutputIsBoundedAndPasses) {
    make_python("f",
                unless_fine("[sys.stdout.write(('x' * 99 + '\\n') * 1000) for _ in range(1000)]\n"
                            "    return 'flooded'"))
        .configuration.timeout_s = 60;
    const auto result = invoke("f");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->payload, "\"flooded\"");
    EXPECT_LT(log.bytes, 20'000'000u);
    EXPECT_EQ(invoke("f", R"({"fine": true})")->payload, "\"fine\"");
    run_until([&] { return log.last_line.starts_with("REPORT "); });
}

TEST_F(InstanceFaults, ALineWithoutEndIsCut) {
    make_python("f", unless_fine("sys.stdout.write('y' * 1000000)\n    return 'ok'"));
    ASSERT_TRUE(invoke("f"));
    std::size_t lines = 0;
    for (const std::string& line : log.lines) {
        EXPECT_LE(line.size(), 256u * 1024);
        lines += line.starts_with("yyy") ? 1 : 0;
    }
    EXPECT_EQ(lines, 4u);
}

TEST_F(InstanceFaults, OverTheMemorySizeItIsEnded) {
    make_python("f", unless_fine("b = bytearray(300 * 1024 * 1024); signal.pause()"))
        .configuration.timeout_s = 30;
    const auto result = invoke("f", "{}", with_id());
    ASSERT_TRUE(result);
    EXPECT_EQ(result->function_error, FunctionErrorKind::OutOfMemory);
    EXPECT_THAT(result->payload, HasSubstr("Runtime exited with error: signal: killed"));
    EXPECT_GE(result->max_memory_mb, 128u);
    expect_recovery();
}

TEST_F(InstanceFaults, AForkBombIsBoundedAndEnds) {
    settings.processes_max = 200;
    // Children that outlive their parents, in sessions of their own: a group kill misses them.
    make_python("f", R"(
import os, signal
def handler(event, context):
    made = 0
    for _ in range(3000):
        try:
            if os.fork() == 0:
                os.setsid()
                signal.pause()
                os._exit(0)
            made += 1
        except OSError:
            break
    return made
)")
        .configuration.timeout_s = 30;
    Function& function = const_cast<Function&>(*table.functions["f"]);
    function.configuration.memory_mb = 10'240;
    const auto result = invoke("f");
    ASSERT_TRUE(result);
    ASSERT_FALSE(result->function_error) << result->payload;
    // Without a namespace or user of its own its processes are counted with all of this user's,
    // and the bound leaves room for those.
    const std::string& walls = reached.back();
    const bool counted_alone = walls.contains("namespaces") || walls.contains("own-user");
    EXPECT_LT(std::stoi(result->payload), counted_alone ? 200 : 3'000);
    EXPECT_GT(process_tree(getpid()).size(), 100u);
    tasks.start([](FunctionFixture& test) -> async::Task<void> {
        co_await test.pool->stop(Deadline::after(test.clock, seconds(20)));
    }(*this));
    finish();
    EXPECT_EQ(process_tree(getpid()).size(), 1u) << "nothing of it is left";
}

}  // namespace
}  // namespace gatehouse::functions
