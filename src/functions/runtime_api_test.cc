#include "functions/runtime_api.h"

#include <gmock/gmock.h>

namespace gatehouse::functions {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Event = RuntimeApi::Event;
using State = RuntimeApi::State;

constexpr const char* root = "/2018-06-01/runtime/";

class RuntimeApiTest : public ::testing::Test {
protected:
    RuntimeApi::Outcome get(const std::string& path) {
        return api.handle({.method = "GET", .path = root + path});
    }
    RuntimeApi::Outcome post(const std::string& path, const std::string& body = "{}") {
        return api.handle({.method = "POST", .path = root + path, .body = body});
    }
    std::string give(const std::string& id = "id-1") {
        return api.give({.request_id = RequestId(id),
                         .deadline_ms = 1234,
                         .function_arn = "arn:f",
                         .payload = "[1]"});
    }
    void expect_refused(const RuntimeApi::Outcome& outcome, unsigned status,
                        const std::string& type) {
        EXPECT_EQ(outcome.event, Event::None);
        EXPECT_EQ(outcome.status, status);
        EXPECT_THAT(outcome.answer, HasSubstr("\"errorType\":\"" + type + "\""));
    }
    RuntimeApi api;
};

TEST_F(RuntimeApiTest, TheUsualRound) {
    EXPECT_EQ(get("invocation/next").event, Event::Ready);
    EXPECT_EQ(api.state(), State::Waiting);
    EXPECT_EQ(give(),
              "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
              "Lambda-Runtime-Aws-Request-Id: id-1\r\nLambda-Runtime-Deadline-Ms: 1234\r\n"
              "Lambda-Runtime-Invoked-Function-Arn: arn:f\r\nContent-Length: 3\r\n\r\n[1]");
    EXPECT_EQ(api.state(), State::Running);
    const auto answered = post("invocation/id-1/response", "42");
    EXPECT_EQ(answered.event, Event::Response);
    EXPECT_EQ(answered.status, 202u);
    EXPECT_EQ(answered.answer, R"({"status":"OK"})");
    EXPECT_EQ(answered.body, "42");
    EXPECT_EQ(get("invocation/next").event, Event::Ready);
}

TEST_F(RuntimeApiTest, ErrorsCarryTheirType) {
    get("invocation/next");
    give();
    const auto error = api.handle({.method = "POST",
                                   .path = std::string(root) + "invocation/id-1/error",
                                   .error_type = "ValueError",
                                   .body = "{}"});
    EXPECT_EQ(error.event, Event::Error);
    EXPECT_EQ(error.error_type, "ValueError");
}

TEST_F(RuntimeApiTest, AnAnswerCountsOnceAndForItsOwnEventAlone) {
    expect_refused(post("invocation/id-1/response"), 403, "InvalidStateTransition");
    get("invocation/next");
    expect_refused(post("invocation/id-1/response"), 400, "InvalidRequestID");
    give();
    expect_refused(post("invocation/id-2/response"), 400, "InvalidRequestID");
    EXPECT_EQ(post("invocation/id-1/response").event, Event::Response);
    expect_refused(post("invocation/id-1/response"), 400, "InvalidRequestID");
    expect_refused(post("invocation/id-1/error"), 400, "InvalidRequestID");
}

TEST_F(RuntimeApiTest, InitErrorsComeBeforeTheFirstNext) {
    EXPECT_EQ(post("init/error").event, Event::InitError);
    expect_refused(get("invocation/next"), 403, "InvalidStateTransition");
    expect_refused(post("init/error"), 403, "InvalidStateTransition");
    RuntimeApi other;
    other.handle({.method = "GET", .path = std::string(root) + "invocation/next"});
    EXPECT_EQ(other.handle({.method = "POST", .path = std::string(root) + "init/error"}).status,
              403u);
}

TEST_F(RuntimeApiTest, AskingEarlyWaitsForTheAnswer) {
    get("invocation/next");
    give();
    const auto early = get("invocation/next");
    EXPECT_EQ(early.status, 0u);
    EXPECT_EQ(early.event, Event::None);
    expect_refused(get("invocation/next"), 403, "InvalidStateTransition");
    const auto answered = post("invocation/id-1/response");
    EXPECT_TRUE(answered.also_ready);
    EXPECT_EQ(api.state(), State::Waiting);
}

TEST_F(RuntimeApiTest, AWaitingConnectionMayGoAndComeBack) {
    get("invocation/next");
    api.forget_waiting();
    EXPECT_EQ(api.state(), State::Answered);
    EXPECT_EQ(get("invocation/next").event, Event::Ready);
}

TEST_F(RuntimeApiTest, TooLargeAnswersAreToldAndEndTheEvent) {
    get("invocation/next");
    give();
    const auto outcome = api.handle({.method = "POST",
                                     .path = std::string(root) + "invocation/id-1/response",
                                     .body_too_large = true});
    EXPECT_EQ(outcome.event, Event::ResponseTooLarge);
    EXPECT_EQ(outcome.status, 413u);
    EXPECT_THAT(outcome.answer, HasSubstr("6291556 bytes"));
    EXPECT_EQ(api.state(), State::Answered);
}

TEST_F(RuntimeApiTest, AnUnknownResponseModeIsRefusedAndEndsTheEvent) {
    const auto answer_in = [&](std::string mode) {
        get("invocation/next");
        give();
        return api.handle({.method = "POST",
                           .path = std::string(root) + "invocation/id-1/response",
                           .response_mode = std::move(mode),
                           .body = "1"});
    };
    for (const char* mode : {"", "streaming", "buffered"}) {
        EXPECT_EQ(answer_in(mode).event, Event::Response) << mode;
    }
    const auto refused = answer_in("foo");
    EXPECT_EQ(refused.status, 400u);
    EXPECT_THAT(refused.answer, HasSubstr("\"InvalidFunctionResponseMode\""));
    EXPECT_EQ(refused.event, Event::Error);
    EXPECT_THAT(refused.body, HasSubstr("Runtime.InvalidResponseModeHeader"));
}

TEST_F(RuntimeApiTest, AStreamThatEndsInAnErrorIsAnError) {
    get("invocation/next");
    give();
    const auto outcome = api.handle({.method = "POST",
                                     .path = std::string(root) + "invocation/id-1/response",
                                     .trailer_error_type = "Stream.Broke",
                                     .trailer_error_body = "e30=",
                                     .body = "half of it"});
    EXPECT_EQ(outcome.event, Event::Error);
    EXPECT_EQ(outcome.error_type, "Stream.Broke");
    EXPECT_EQ(outcome.body, "{}");
}

TEST_F(RuntimeApiTest, OtherPaths) {
    EXPECT_EQ(api.handle({.method = "GET", .path = "/ping"}).answer, "pong");
    EXPECT_EQ(get("nothing").status, 404u);
    EXPECT_EQ(post("invocation/next").status, 404u);
    EXPECT_EQ(api.handle({.method = "PUT", .path = "/2020-08-15/logs"}).status, 202u);
    EXPECT_EQ(api.handle({.method = "PUT", .path = "/2022-07-01/telemetry"}).status, 202u);
    EXPECT_EQ(api.handle({.method = "POST", .path = "/2020-01-01/extension/register"}).status,
              403u);
}

TEST_F(RuntimeApiTest, HeadersCannotBeForged) {
    get("invocation/next");
    const std::string bytes =
        api.give({.request_id = RequestId("id"), .trace_id = "Root=1\r\nEvil: yes", .payload = ""});
    EXPECT_THAT(bytes, Not(HasSubstr("Evil")));
}

}  // namespace
}  // namespace gatehouse::functions
