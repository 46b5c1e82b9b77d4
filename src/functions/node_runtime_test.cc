// Unmodified Node.js handlers, end to end: real packages, real processes.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/json.h"
#include "functions/function_fixture.h"
#include "functions/runtimes.h"

namespace gatehouse::functions {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

class NodeRuntime : public FunctionFixture {
protected:
    NodeRuntime() { settings.runtime_fallback = RuntimeFallback::WarnAndUseInstalled; }
    Function& make_node(const std::string& source, const std::string& file = "app.js") {
        return make("f", {{file, source}}, "nodejs20.x");
    }
    std::string payload(Payload event = "{}", InvokeOptions options = {}) {
        const auto result = invoke("f", std::move(event), std::move(options));
        return result ? result->payload : result.error().message;
    }
    // The caller has its answer before the log has everything.
    void wait_for_end() {
        run_until([this] { return log.text().find("REPORT RequestId") != std::string::npos; });
    }
    // Of the error body, or of the failed start.
    json::value failure(FunctionErrorKind kind) {
        const auto result = invoke("f");
        EXPECT_TRUE(result);
        if (!result) return {};
        EXPECT_EQ(result->function_error, kind) << result->payload;
        return parse_json(result->payload, "the error").value_or(nullptr);
    }
};

TEST_F(NodeRuntime, AnswersWithWhatAnAsyncHandlerReturns) {
    make_node("exports.handler = async (event, context) => ({ got: event.a + 1 });");
    EXPECT_EQ(payload(R"({"a": 41})"), R"({"got":42})");
    EXPECT_EQ(payload(R"({"a": 1})"), R"({"got":2})") << "the same process";
}

TEST_F(NodeRuntime, AnswersWithWhatACallbackGets) {
    make_node(
        "exports.handler = (event, context, callback) => {\n"
        "  setImmediate(() => callback(null, [event]));\n};");
    EXPECT_EQ(payload(R"("x")"), R"(["x"])");
    EXPECT_EQ(payload(R"("y")"), R"(["y"])");
}

TEST_F(NodeRuntime, ACallbackWaitsForTheEventLoopUnlessTold) {
    make_node(
        "let done = 0;\n"
        "exports.handler = (event, context, callback) => {\n"
        "  context.callbackWaitsForEmptyEventLoop = event.waits;\n"
        "  callback(null, done);\n"
        "  if (event.waits) setImmediate(() => { done += 1; });\n"
        "  else setInterval(() => {}, 2 ** 30);\n"
        "};");
    EXPECT_EQ(payload(R"({"waits": true})"), "0");
    EXPECT_EQ(payload(R"({"waits": false})"), "1") << "what the first left to do was done";
    EXPECT_EQ(payload(R"({"waits": false})"), "1") << "what the second left never ends";
}

TEST_F(NodeRuntime, AHandlerWithoutAnAnswerAnswersNull) {
    make_node("exports.handler = () => {};");
    EXPECT_EQ(payload(), "null");
    make_node("exports.handler = async () => {};");
    EXPECT_EQ(payload(), "null");
}

TEST_F(NodeRuntime, LoadsModulesOfBothKindsAndNestedExports) {
    make_node("export const handler = async () => import.meta.url.startsWith('file:');", "app.mjs");
    EXPECT_EQ(payload(), "true");
    make("f",
         {{"package.json", R"({"type": "module"})"},
          {"app.js", "import { x } from './x.js';\nexport const handler = async () => x;"},
          {"x.js", "export const x = await Promise.resolve(7);"}},
         "nodejs20.x");
    EXPECT_EQ(payload(), "7");
    make("f", {{"src/app.cjs", "exports.a = { handler: async () => 'nested' };"}}, "nodejs20.x")
        .configuration.handler = "src/app.a.handler";
    EXPECT_EQ(payload(), "\"nested\"");
}

TEST_F(NodeRuntime, TheContextIsLambdas) {
    make_node(
        "exports.handler = async (event, context) => [\n"
        "  context.functionName, context.functionVersion, context.memoryLimitInMB,\n"
        "  context.logGroupName, context.awsRequestId, context.invokedFunctionArn,\n"
        "  context.clientContext.custom.a, context.getRemainingTimeInMillis() > 1000,\n"
        "  process.env.AWS_EXECUTION_ENV, process.env._X_AMZN_TRACE_ID !== undefined];");
    EXPECT_EQ(payload("{}", {.request_id = RequestId("the-id"),
                             .client_context = R"({"custom": {"a": 1}})"}),
              R"(["f","$LATEST","128","/aws/lambda/f","the-id",)"
              R"("arn:aws:lambda:us-east-1:000000000000:function:f",1,true,)"
              R"("AWS_Lambda_nodejs20.x",true])");
}

TEST_F(NodeRuntime, ErrorsAreToldAsLambdaTellsThem) {
    make_node("exports.handler = async () => { throw new TypeError('not this'); };");
    const auto raised = failure(FunctionErrorKind::Raised);
    EXPECT_EQ(raised.at("errorType"), "TypeError");
    EXPECT_EQ(raised.at("errorMessage"), "not this");
    EXPECT_THAT(std::string(raised.at("trace").at(1).as_string()), HasSubstr("app.js:1"));
    wait_for_end();
    EXPECT_THAT(log.text(), ContainsRegex("ERROR\tInvoke Error \t.\"errorType\":\"TypeError\""));
    make_node("exports.handler = (event, context, callback) => callback('a string');");
    const auto text = failure(FunctionErrorKind::Raised);
    EXPECT_EQ(text.at("errorType"), "string");
    EXPECT_EQ(text.at("errorMessage"), "a string");
    make_node("exports.handler = async () => { const a = {}; a.a = a; return a; };");
    EXPECT_EQ(failure(FunctionErrorKind::Raised).at("errorType"), "Runtime.MarshalError");
    make_node("exports.handler = () => new Promise(() => {});");
    EXPECT_EQ(failure(FunctionErrorKind::Raised).at("errorType"), "Runtime.NodeJsExit");
}

TEST_F(NodeRuntime, ErrorsThatCannotBeShownAreToldAllTheSame) {
    make_node(
        "let count = 0;\n"
        "exports.handler = async () => {\n"
        "  if (count++ > 0) throw new Error('call ' + count);\n"
        "  const e = new Error('boom');\n"
        "  Object.defineProperty(e, 'y', { enumerable: true, get() { throw new Error('no'); } });\n"
        "  throw e;\n};");
    EXPECT_EQ(failure(FunctionErrorKind::Raised).at("errorMessage"), "boom");
    EXPECT_EQ(failure(FunctionErrorKind::Raised).at("errorMessage"), "call 2") << "it lives on";
    make_node(
        "class E extends Error { get message() { throw 1; } }\n"
        "exports.handler = async () => { throw new E(); };");
    EXPECT_EQ(failure(FunctionErrorKind::Raised).at("errorType"), "handled");
    make_node("exports.handler = async () => { throw { a: 1 }; };");
    EXPECT_EQ(failure(FunctionErrorKind::Raised).at("errorMessage"), "[object Object]");
    make_node("exports.handler = async () => { throw undefined; };");
    EXPECT_EQ(failure(FunctionErrorKind::Raised).at("errorType"), "handled");
}

TEST_F(NodeRuntime, TheClientContextIsText) {
    make_node("exports.handler = async (event, context) => context.clientContext.custom.n;");
    EXPECT_EQ(payload("{}", {.client_context = "{\"custom\":{\"n\":\"J\xc3\xbcrgen\"}}"}),
              "\"J\xc3\xbcrgen\"");
}

TEST_F(NodeRuntime, WhatNobodyCatchesEndsTheProcess) {
    make_node(
        "let count = 0;\n"
        "exports.handler = (event, context, callback) => {\n"
        "  if (count++ > 0) return callback(null, count);\n"
        "  setImmediate(() => { throw new Error('late'); });\n};");
    EXPECT_EQ(failure(FunctionErrorKind::Raised).at("errorMessage"), "late");
    EXPECT_EQ(failure(FunctionErrorKind::Raised).at("errorMessage"), "late") << "a new process";
    make_node(
        "exports.handler = (event, context, callback) => {\n"
        "  Promise.reject(new Error('unwatched'));\n  setInterval(() => {}, 2 ** 30);\n};");
    EXPECT_EQ(failure(FunctionErrorKind::Raised).at("errorType"),
              "Runtime.UnhandledPromiseRejection");
}

TEST_F(NodeRuntime, WhatCannotBeLoadedIsNamed) {
    const auto type_with = [&](const std::string& source, const std::string& handler) {
        make_node(source).configuration.handler = handler;
        return std::string(failure(FunctionErrorKind::InitFailed).at("errorType").as_string());
    };
    EXPECT_EQ(type_with("", "app.handler"), "Runtime.HandlerNotFound");
    EXPECT_EQ(type_with("exports.handler = 1;", "app.handler"), "Runtime.HandlerNotFound");
    EXPECT_EQ(type_with("", "other.handler"), "Runtime.ImportModuleError");
    EXPECT_EQ(type_with("require('absent');", "app.handler"), "Runtime.ImportModuleError");
    EXPECT_EQ(type_with("exports.handler = (", "app.handler"), "Runtime.UserCodeSyntaxError");
    EXPECT_EQ(type_with("", "app"), "Runtime.MalformedHandlerName");
    EXPECT_EQ(type_with("", "../app.handler"), "Runtime.MalformedHandlerName");
    EXPECT_EQ(type_with("throw new RangeError('at once');", "app.handler"), "RangeError");
}

TEST_F(NodeRuntime, WhatIsPrintedNamesTimeRequestAndLevel) {
    make_node(
        "console.log('while loading');\n"
        "exports.handler = async () => { console.log('two\\nlines %d', 2);\n"
        "  console.error({ a: 1 }); };");
    ASSERT_EQ(payload("{}", {.request_id = RequestId("the-id")}), "null");
    wait_for_end();
    EXPECT_THAT(log.text(), ContainsRegex("Z\tundefined\tINFO\twhile loading\n"));
    EXPECT_THAT(log.text(), ContainsRegex("Z\tthe-id\tINFO\ttwo\rlines 2\n"));
    EXPECT_THAT(log.text(), ContainsRegex("Z\tthe-id\tERROR\t. a: 1 .\n"));
}

TEST_F(NodeRuntime, CallbacksEndedWithNode24) {
    make("f", {{"app.js", "exports.handler = (event, context, callback) => callback();"}},
         "nodejs24.x");
    EXPECT_EQ(failure(FunctionErrorKind::InitFailed).at("errorType"),
              "Runtime.CallbackHandlerDeprecated");
}

TEST_F(NodeRuntime, AnotherNodeStepsInWithAWarningWhereThatIsAllowed) {
    const auto search = default_search_path();
    const Runtime old = *find_runtime("nodejs12.x");
    const auto stand_in = find_interpreter(old, search, RuntimeFallback::WarnAndUseInstalled);
    ASSERT_TRUE(stand_in) << stand_in.error().message;
    EXPECT_THAT(stand_in->warning, ContainsRegex("node12 is not installed; node [0-9]+ runs"));
    const auto refused = find_interpreter(old, search, RuntimeFallback::Refuse);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("needs the program node12"));
    EXPECT_FALSE(find_runtime("nodejs21.x"));
    EXPECT_FALSE(find_runtime("nodejs20"));
}

}  // namespace
}  // namespace gatehouse::functions
