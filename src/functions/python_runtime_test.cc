// Unmodified Python handlers, end to end: real packages, real processes.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/encoding.h"
#include "base/json.h"
#include "functions/function_fixture.h"

namespace gatehouse::functions {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class PythonRuntime : public FunctionFixture {};

TEST_F(PythonRuntime, AnswersWithWhatTheHandlerReturns) {
    make_python("f", "def handler(event, context):\n    return {'got': event['a'] + 1}\n");
    const auto result = invoke("f", R"({"a": 41})");
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->payload, R"({"got": 42})");
    EXPECT_FALSE(result->function_error);
    EXPECT_EQ(result->start, StartKind::Cold);
    EXPECT_GT(result->init_duration.count(), 0);
    EXPECT_GT(result->max_memory_mb, 1u);
}

TEST_F(PythonRuntime, WhatWasPrintedIsThereHoweverTheProcessEnds) {
    make_python("f",
                "import os, sys\ndef handler(event, context):\n"
                "    sys.stdout.write('half a line')\n    os._exit(1)\n");
    EXPECT_EQ(invoke("f")->function_error, FunctionErrorKind::Exited);
    EXPECT_THAT(log.text(), HasSubstr("half a line\n"));
}

TEST_F(PythonRuntime, AWrapperStartsTheRuntime) {
    constexpr const char* source =
        "import os\ndef handler(event, context):\n    return os.environ.get('WRAPPED')\n";
    Function& function =
        make("f", {{"app.py", source}, {"bootstrap", "#!/bin/sh\nWRAPPED=yes exec \"$@\"\n"}});
    function.configuration.environment =
        EnvironmentVariables{{"AWS_LAMBDA_EXEC_WRAPPER", "/var/task/bootstrap"}};
    const auto wrapped = invoke("f");
    ASSERT_TRUE(wrapped) << wrapped.error().message;
    EXPECT_EQ(wrapped->payload, "\"yes\"");
}

TEST_F(PythonRuntime, AWrapperThatCannotBeStartedIsToldOf) {
    const std::map<std::string, std::string> files{
        {"app.py", "def handler(event, context):\n    return 1\n"},
        {"bootstrap", "#!/nonexistent\n"}};
    const auto ends = [&](const std::string& name, const std::string& wrapper, int status,
                          const std::string& told) {
        make(name, files).configuration.environment =
            EnvironmentVariables{{"AWS_LAMBDA_EXEC_WRAPPER", wrapper}};
        const auto failed = invoke(name);
        ASSERT_TRUE(failed) << failed.error().message;
        EXPECT_EQ(failed->function_error, FunctionErrorKind::InitFailed);
        EXPECT_THAT(failed->payload, AllOf(HasSubstr("Runtime.ExitError"),
                                           HasSubstr(fmt::format("exit status {}", status))));
        EXPECT_THAT(log.text(), HasSubstr(told + '\n'));
    };
    ends("missing", "/var/task/nothing", 127, "nothing: does not exist");
    ends("mode", "/var/task/app.py", 126, "app.py: is not an executable");
    ends("interpreter", "/var/task/bootstrap", 126, "bootstrap: is not an executable");
}

TEST_F(PythonRuntime, AWrapperThatNamesNoInterpreterIsAScriptOfTheShell) {
    make("f", {{"app.py",
                "import os\ndef handler(event, context):\n"
                "    return os.environ.get('WRAPPED')\n"},
               {"bootstrap", "WRAPPED=yes exec \"$@\"\n"}})
        .configuration.environment =
        EnvironmentVariables{{"AWS_LAMBDA_EXEC_WRAPPER", "/var/task/bootstrap"}};
    const auto wrapped = invoke("f");
    ASSERT_TRUE(wrapped) << wrapped.error().message;
    EXPECT_EQ(wrapped->payload, "\"yes\"");
}

TEST_F(PythonRuntime, WritesJsonAsTheNamedVersionDoes) {
    const std::map<std::string, std::string> files{
        {"app.py", "def handler(event, context):\n    return '\u00e9'\n"}};
    make("old", files, "python3.11");
    EXPECT_EQ(invoke("old")->payload, R"("\u00e9")");
    make("new", files, "python3.14");
    EXPECT_EQ(invoke("new")->payload, "\"\xc3\xa9\"") << "whichever is installed";
}

TEST_F(PythonRuntime, TheHandlerSeesTheTraceOfItsCaller) {
    make_python("f",
                "import os\ndef handler(event, context):\n"
                "    return os.environ['_X_AMZN_TRACE_ID']\n");
    const auto made = invoke("f");
    ASSERT_TRUE(made);
    EXPECT_THAT(made->trace_id, ContainsRegex("^Root=1-.*;Parent=.*;Sampled=0$"));
    EXPECT_EQ(made->payload, '"' + made->trace_id + '"');
    const std::string given =
        "Root=1-58406520-a006649127e371903a2de979;Parent=53995c3f42cd8ad8;Sampled=1";
    const auto passed_on = invoke("f", "{}", {.trace_id = given});
    EXPECT_EQ(passed_on->trace_id, given);
    EXPECT_EQ(passed_on->payload, '"' + given + '"');
}

TEST_F(PythonRuntime, AWarmInstanceKeepsItsGlobals) {
    make_python("f",
                "n = 0\ndef handler(event, context):\n    global n\n    n += 1\n    return n\n");
    EXPECT_EQ(invoke("f")->payload, "1");
    const auto second = invoke("f");
    EXPECT_EQ(second->payload, "2");
    EXPECT_EQ(second->start, StartKind::Warm);
    EXPECT_EQ(pool->facts().instances, 1u);
}

TEST_F(PythonRuntime, GivesTheContextOfTheReference) {
    make_python("f", R"(
def handler(event, context):
    return [context.aws_request_id, context.function_name, context.memory_limit_in_mb,
            context.function_version, context.invoked_function_arn, context.log_group_name,
            context.client_context.custom, context.identity.cognito_identity_id,
            0 < context.get_remaining_time_in_millis() <= 3000, context.tenant_id]
)");
    InvokeOptions options;
    options.request_id = RequestId("11111111-2222-4333-8444-555555555555");
    options.client_context = R"({"custom":{"k":"v"}})";
    const auto result = invoke("f", "{}", options);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->payload,
              R"(["11111111-2222-4333-8444-555555555555", "f", "128", "$LATEST", )"
              R"("arn:aws:lambda:us-east-1:000000000000:function:f", "/aws/lambda/f", )"
              R"({"k": "v"}, null, true, null])");
}

TEST_F(PythonRuntime, TheArnHasTheQualifierOfTheCaller) {
    make_python("f", "def handler(event, context):\n    return context.invoked_function_arn\n");
    EXPECT_EQ(invoke("f:$LATEST")->payload,
              "\"arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST\"");
}

TEST_F(PythonRuntime, GivesTheDocumentedEnvironmentAndNothingElse) {
    ASSERT_EQ(setenv("GATEHOUSE_SECRET_OF_THE_SERVER", "x", 1), 0);
    Function& function =
        make_python("f", "import os\ndef handler(event, context):\n    return dict(os.environ)\n");
    function.configuration.environment = EnvironmentVariables{{"MINE", "1"}, {"TZ", "Asia/Tokyo"}};
    const auto result = invoke("f");
    ASSERT_TRUE(result);
    const auto parsed = parse_json(result->payload, "the environment");
    ASSERT_TRUE(parsed);
    const json::object& env = parsed->as_object();
    EXPECT_EQ(env.at("MINE"), "1");
    EXPECT_EQ(env.at("TZ"), "Asia/Tokyo");
    EXPECT_EQ(env.at("_HANDLER"), "app.handler");
    EXPECT_EQ(env.at("AWS_EXECUTION_ENV"), "AWS_Lambda_python3.11");
    EXPECT_EQ(env.at("AWS_ACCESS_KEY_ID"), "ASIATEST");
    EXPECT_EQ(env.at("AWS_LAMBDA_INITIALIZATION_TYPE"), "on-demand");
    EXPECT_EQ(env.at("AWS_REGION"), "us-east-1");
    EXPECT_FALSE(env.contains("GATEHOUSE_SECRET_OF_THE_SERVER"));
    EXPECT_FALSE(env.contains("HOME"));
}

TEST_F(PythonRuntime, AnExceptionBecomesTheErrorBody) {
    make_python("f", "def handler(event, context):\n    raise ValueError('no such device')\n");
    const auto result = invoke("f");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->function_error, FunctionErrorKind::Raised);
    EXPECT_THAT(result->payload,
                AllOf(HasSubstr(R"("errorMessage": "no such device")"),
                      HasSubstr(R"("errorType": "ValueError")"),
                      HasSubstr(R"(app.py\", line 2, in handler\n    raise ValueError)"),
                      Not(HasSubstr("bootstrap.py"))));
    EXPECT_THAT(log.text(), AllOf(HasSubstr("[ERROR] ValueError: no such device\rTraceback"),
                                  HasSubstr("Status: error\tError Type: ValueError")));
    EXPECT_EQ(pool->facts().instances, 1u) << "an exception does not cost the instance";
}

TEST_F(PythonRuntime, MarshalAndUnmarshalErrors) {
    make_python("f", "def handler(event, context):\n    return {1, 2}\n");
    EXPECT_THAT(invoke("f")->payload, HasSubstr("Runtime.MarshalError"));
    EXPECT_THAT(invoke("f", "not json")->payload, HasSubstr("Runtime.UnmarshalError"));
}

TEST_F(PythonRuntime, BytesAreSentAsTheyAre) {
    make_python("f", "def handler(event, context):\n    return b'\\x00raw'\n");
    EXPECT_EQ(invoke("f")->payload, std::string("\0raw", 4));
}

struct BadCode {
    const char* handler;
    const char* source;
    const char* error_type;
    const char* message;
};

class PythonInit : public FunctionFixture, public ::testing::WithParamInterface<BadCode> {};

TEST_P(PythonInit, FailuresOfLoadingAreNamed) {
    make_python("f", GetParam().source).configuration.handler = GetParam().handler;
    const auto result = invoke("f", "{}", {.log_tail = LogTail::Wanted});
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->function_error, FunctionErrorKind::InitFailed);
    EXPECT_THAT(result->payload,
                AllOf(HasSubstr(GetParam().error_type), HasSubstr(GetParam().message),
                      HasSubstr(R"("requestId": "")")));
    EXPECT_THAT(log.text(), HasSubstr("INIT_REPORT Init Duration: "));
    EXPECT_THAT(log.text(), HasSubstr("\tPhase: init\tStatus: error\tError Type: "));
    const std::string id = result->request_id.value();
    for (const std::string& line :
         {"START RequestId: " + id, "END RequestId: " + id, "REPORT RequestId: " + id,
          std::string("[ERROR] ") + GetParam().error_type}) {
        EXPECT_THAT(log.text(), HasSubstr(line));
        EXPECT_THAT(result->log_tail, HasSubstr(line));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, PythonInit,
    ::testing::Values(
        BadCode{"app.handler", "def handler(:\n", "Runtime.UserCodeSyntaxError",
                "Syntax error in module 'app'"},
        BadCode{"app.missing", "x = 1\n", "Runtime.HandlerNotFound",
                "Handler 'missing' missing on module 'app'"},
        BadCode{"nowhere.handler", "x = 1\n", "Runtime.ImportModuleError",
                "Unable to import module 'nowhere'"},
        BadCode{"app", "x = 1\n", "Runtime.MalformedHandlerName", "Bad handler 'app'"},
        BadCode{"sys.handler", "x = 1\n", "Runtime.BuiltInModuleConflict", "built-in module sys"},
        BadCode{"app.handler", "raise KeyError('at import')\n", "KeyError", "at import"}));

TEST_F(PythonRuntime, WritesTheLogOfTheReference) {
    make_python("f", R"(
import logging
def handler(event, context):
    print('hello', event['name'])
    logging.getLogger().warning('two\nlines')
    print('no end', end='')
)");
    InvokeOptions options;
    options.request_id = RequestId("11111111-2222-4333-8444-555555555555");
    options.log_tail = LogTail::Wanted;
    const auto result = invoke("f", R"({"name":"you"})", options);
    ASSERT_TRUE(result);
    ASSERT_EQ(log.lines.size(), 7u) << log.text();
    const std::string id = "11111111-2222-4333-8444-555555555555";
    EXPECT_THAT(
        log.lines[0],
        ContainsRegex("^INIT_START Runtime Version: python:3\\.11\\.v1\tRuntime Version ARN: "
                      "arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}$"));
    EXPECT_EQ(log.lines[1], "START RequestId: " + id + " Version: $LATEST");
    EXPECT_EQ(log.lines[2], "hello you");
    EXPECT_THAT(log.lines[3],
                ContainsRegex("^\\[WARNING\\]\t[0-9T:.-]+Z\t" + id + "\ttwo\rlines$"));
    EXPECT_EQ(log.lines[4], "no end");
    EXPECT_EQ(log.lines[5], "END RequestId: " + id);
    EXPECT_THAT(log.lines[6],
                ContainsRegex("^REPORT RequestId: " + id +
                              "\tDuration: [0-9.]+ ms\tBilled Duration: [0-9]+ ms\tMemory Size: "
                              "128 MB\tMax Memory Used: [0-9]+ MB\tInit Duration: [0-9.]+ ms\t$"));
    EXPECT_EQ(log.last_stream.group, "/aws/lambda/f");
    EXPECT_THAT(log.last_stream.stream,
                ContainsRegex("^[0-9]{4}/[0-9]{2}/[0-9]{2}/\\[\\$LATEST\\][0-9a-f]{32}$"));
    EXPECT_THAT(result->log_tail, AllOf(HasSubstr("START "), HasSubstr("REPORT ")));
}

TEST_F(PythonRuntime, SecretsOfTheEventAreNotLogged) {
    make_python("f", R"(
import base64, json
def handler(event, context):
    print(json.dumps(event))
    print(base64.b64decode(event['password']))
    print(base64.b64decode(event['password']).decode())
)");
    InvokeOptions options;
    options.secrets = {"open\"sesame\xc3\xa9"};
    const std::string encoded = to_base64(bytes_of(options.secrets[0]));
    ASSERT_TRUE(invoke("f", R"({"password":")" + encoded + R"("})", options));
    EXPECT_THAT(log.text(),
                AllOf(HasSubstr("****"), Not(HasSubstr(encoded)), Not(HasSubstr("sesame"))));
}

TEST_F(PythonRuntime, LargeEventsAndAnswersPass) {
    make_python("f", "def handler(event, context):\n    return event\n");
    const std::string big = "\"" + std::string(5'000'000, 'x') + "\"";
    const auto result = invoke("f", big);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->payload, big);
}

TEST_F(PythonRuntime, AnAnswerOverTheLimitIsRefused) {
    make_python("f", "def handler(event, context):\n    return 'x' * event\n");
    const auto result = invoke("f", "6291600");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->function_error, FunctionErrorKind::ResponseTooLarge);
    EXPECT_EQ(result->payload,
              R"({"errorMessage":"Response payload size exceeded maximum allowed payload size )"
              R"((6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"})");
    EXPECT_EQ(invoke("f", "3")->payload, "\"xxx\"") << "the instance lives on";
}

TEST_F(PythonRuntime, AnotherPythonStandsInWithAWarning) {
    make_python("f", "def handler(event, context):\n    return 1\n").configuration.runtime =
        "python3.14";
    const auto result = invoke("f");
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_THAT(log.text(), HasSubstr("python3.14 is not installed"));
}

TEST_F(PythonRuntime, AnotherPythonIsRefusedWhereTheProfileSaysSo) {
    settings.runtime_fallback = RuntimeFallback::Refuse;
    make_python("f", "def handler(event, context):\n    return 1\n").configuration.runtime =
        "python3.14";
    const auto result = invoke("f");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::Unavailable);
    EXPECT_THAT(result.error().message, HasSubstr("needs the program python3.14"));
}

}  // namespace
}  // namespace gatehouse::functions
