// The `provided` runtimes: any executable named bootstrap that speaks the Runtime API, well or
// badly.
#include "functions/function_fixture.h"

namespace gatehouse::functions {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// A shell script with nothing but bash: one connection for each request.
constexpr const char* shell_bootstrap = R"(#!/bin/bash
api=${AWS_LAMBDA_RUNTIME_API}
host=${api%:*}; port=${api#*:}
while true; do
  exec 3<>/dev/tcp/$host/$port
  printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' >&3
  id=; length=0
  while IFS=$'\r' read -r line <&3 && [ -n "$line" ]; do
    case "$line" in
      Lambda-Runtime-Aws-Request-Id:*) id=${line#*: } ;;
      Content-Length:*) length=${line#*: } ;;
    esac
  done
  read -r -N "$length" body <&3
  exec 3>&-
  echo "handling $id"
  answer="{\"echo\":$body,\"handler\":\"$_HANDLER\"}"
  exec 3<>/dev/tcp/$host/$port
  printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: x\r\nContent-Length: %s\r\nConnection: close\r\n\r\n%s' "$id" "${#answer}" "$answer" >&3
  cat <&3 >/dev/null
  exec 3>&-
done
)";

class ProvidedRuntime : public FunctionFixture {
protected:
    void make_provided(const std::string& name, const std::string& script) {
        make(name, {{"bootstrap", script}}, "provided.al2023");
    }
};

TEST_F(ProvidedRuntime, AShellScriptServesEvents) {
    make_provided("f", shell_bootstrap);
    const auto result = invoke("f", R"({"a":1})");
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->payload, R"({"echo":{"a":1},"handler":"app.handler"})");
    run_until([&] { return log.last_line.starts_with("REPORT "); });
    EXPECT_THAT(log.text(), HasSubstr("\nhandling "));
    const auto second = invoke("f", "2");
    EXPECT_EQ(second->payload, R"({"echo":2,"handler":"app.handler"})");
    EXPECT_EQ(second->start, StartKind::Warm);
}

TEST_F(ProvidedRuntime, NoBootstrapIsAnInvalidEntrypoint) {
    make("f", {{"readme", "nothing to run"}}, "provided.al2023");
    const auto result = invoke("f");
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->function_error, FunctionErrorKind::InitFailed);
    EXPECT_THAT(result->payload,
                AllOf(HasSubstr("Runtime.InvalidEntrypoint"),
                      HasSubstr("Couldn't find valid bootstrap(s): [/var/task/bootstrap "
                                "/opt/bootstrap]")));
}

TEST_F(ProvidedRuntime, ABootstrapThatCannotBeExecuted) {
    make_provided("f", "\x01\x02 not a program");
    const auto result = invoke("f");
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->function_error, FunctionErrorKind::InitFailed);
    EXPECT_THAT(result->payload, HasSubstr("Runtime.InvalidEntrypoint"));
}

TEST_F(ProvidedRuntime, JunkOnTheRuntimeApiHarmsOnlyItself) {
    make_provided("f", R"(#!/bin/bash
api=${AWS_LAMBDA_RUNTIME_API}
exec 3<>/dev/tcp/${api%:*}/${api#*:}
head -c 200000 /dev/urandom >&3
cat <&3
exit 5
)");
    const auto result = invoke("f");
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->function_error, FunctionErrorKind::InitFailed);
    EXPECT_THAT(result->payload, HasSubstr("exit status 5"));
    EXPECT_THAT(log.text(), HasSubstr("TruncatedHTTPRequest"));
}

TEST_F(ProvidedRuntime, CallsOutOfTurnAreRefused) {
    make_provided("f", R"(#!/bin/bash
api=${AWS_LAMBDA_RUNTIME_API}
call() {
  exec 3<>/dev/tcp/${api%:*}/${api#*:}
  printf '%s HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' "$1" >&3
  head -1 <&3
  exec 3>&-
}
call 'POST /2018-06-01/runtime/invocation/none/response'
call 'GET /ping'
call 'POST /2020-01-01/extension/register'
call 'PUT /2022-07-01/telemetry'
call 'GET /nothing'
)");
    ASSERT_TRUE(invoke("f"));
    EXPECT_THAT(log.text(), HasSubstr("HTTP/1.1 403 Forbidden\r\nHTTP/1.1 200 OK\r\n"
                                      "HTTP/1.1 403 Forbidden\r\nHTTP/1.1 202 Accepted\r\n"
                                      "HTTP/1.1 404 Not Found"));
}

}  // namespace
}  // namespace gatehouse::functions
