#include "server/client/event_line.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t at = 1'767'225'600'250;  // 2026-01-01 00:00:00.250

TEST(EventLine, ASuccessIsOneLine) {
    EXPECT_EQ(event_line(at,
                         R"({"status":"Success","eventType":"Connect","clientId":"lamp",)"
                         R"("principalId":"u1","sourceIp":"127.0.0.1","sourcePort":5000,)"
                         R"("durationMs":1.25,"coldStart":true,"traceId":"t"})",
                         Colour::Off),
              "2026-01-01 00:00:00.250 ok      Connect                 client lamp  principal u1  "
              "from 127.0.0.1:5000  in 1.2 ms (cold)\n");
}

TEST(EventLine, ARefusalSaysWhyAndWhereToLook) {
    const std::string record =
        R"({"status":"Failure","eventType":"Publish-In","topicName":"test/topic","traceId":"t-1",)"
        R"("reason":"AUTHORIZATION_FAILURE","details":"Authorization Failure",)"
        R"("explanation":{"decision":"implicit-deny","explanation":"no statement allows it"}})";
    const std::string text = event_line(at, record, Colour::Off);
    EXPECT_THAT(text, HasSubstr("refused Publish-In"));
    EXPECT_THAT(text, HasSubstr("topic test/topic"));
    EXPECT_THAT(text, HasSubstr("\n      no statement allows it\n"));
    EXPECT_THAT(text, HasSubstr("gatehouse explain t-1\n"));
    EXPECT_THAT(event_line(at, record, Colour::Off, "so: no statement allows it"),
                AllOf(Not(HasSubstr("gatehouse explain")), Not(HasSubstr("no statement"))));
    EXPECT_THAT(event_line(at, record, Colour::On), HasSubstr("\033[31mrefused\033[0m"));
}

TEST(EventLine, AWarningIsNoRefusalAndTellsAllItKnows) {
    const std::string record =
        R"({"logLevel":"WARN","status":"Failure","eventType":"Connection.Rate","clientId":"c",)"
        R"("reason":"CONNECT_RATE","details":"the client id connects too often",)"
        R"("explanation":"AWS IoT would refuse this CONNECT"})";
    EXPECT_THAT(event_line(at, record, Colour::Off),
                AllOf(HasSubstr("warning Connection.Rate"), Not(HasSubstr("refused")),
                      HasSubstr("\n      the client id connects too often\n"
                                "      AWS IoT would refuse this CONNECT\n")));
    EXPECT_THAT(event_line(at, record, Colour::Off, "note: the client id connects too often"),
                AllOf(Not(HasSubstr("too often")), HasSubstr("AWS IoT would")));
}

TEST(EventLine, WhatTheServerFailedAtWasRefusedToNobody) {
    const std::string record = R"({"logLevel":"ERROR","status":"Failure",)"
                               R"("eventType":"Server.Notice","reason":"REREAD","details":"no"})";
    EXPECT_THAT(event_line(at, record, Colour::Off), HasSubstr("failed  Server.Notice"));
}

TEST(EventLine, OtherTextsStayAsTheyAre) {
    EXPECT_EQ(event_line(at, "START RequestId: 1\n", Colour::Off),
              "2026-01-01 00:00:00.250 START RequestId: 1\n");
    EXPECT_EQ(event_line(at, R"({"level":"info"})", Colour::Off),
              "2026-01-01 00:00:00.250 {\"level\":\"info\"}\n");
}

TEST(EventLine, ALineBreakWithinARecordIsACarriageReturn) {
    EXPECT_EQ(event_line(at, "[ERROR] boom\rTraceback\r\nend\r", Colour::Off),
              "2026-01-01 00:00:00.250 [ERROR] boom\n      Traceback\n      end\n");
}

// Each line that begins at the margin is a record's first.
TEST(EventLine, DevicesDoNotForgeRecords) {
    const std::string text = event_line(
        at,
        R"({"status":"Failure","eventType":"Connect","clientId":"a\n2026-01-01 ok\tb\rc",)"
        R"("topicName":"t\r\nu","details":"for a\n2026-01-01 ok"})",
        Colour::Off);
    EXPECT_THAT(text, HasSubstr(R"(client a\n2026-01-01 ok\tb\rc)"));
    EXPECT_THAT(text, HasSubstr(R"(topic t\r\nu)"));
    EXPECT_THAT(text, HasSubstr("\n      for a\n      2026-01-01 ok\n"));
    const std::string_view forged = R"({"eventType":"Connect","status":"Success"})";
    EXPECT_EQ(output_line(at, forged, Colour::Off),
              fmt::format("2026-01-01 00:00:00.250 {}\n", forged));
    EXPECT_EQ(output_line(at, "printed\r2026-01-01 00:00:00.250 ok", Colour::Off),
              "2026-01-01 00:00:00.250 printed\n      2026-01-01 00:00:00.250 ok\n");
}

TEST(EventLine, DevicesDoNotSteerTheTerminal) {
    const std::string text = event_line(
        at, R"({"status":"Success","eventType":"Connect","clientId":"a\u001b[2Jb\u009b"})",
        Colour::Off);
    EXPECT_THAT(text, HasSubstr("client a?[2Jb?"));
    EXPECT_THAT(event_line(at, "x\033]0;title\007y", Colour::Off), HasSubstr("x?]0;title?y"));
    EXPECT_THAT(event_line(at, "x\u202ey\u2066z\u200f\u061c\u2028 \u20ac", Colour::Off),
                HasSubstr("x?y?z??? \u20ac"));
}

}  // namespace
}  // namespace gatehouse::server
