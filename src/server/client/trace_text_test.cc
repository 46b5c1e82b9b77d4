#include "server/client/trace_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::server {
namespace {

using testing::HasSubstr;
using testing::Not;

json::value trace_of(std::string_view id, std::string_view steps, std::string_view outcome) {
    return parse_json(R"({"traceId":")" + std::string(id) +
                          R"(","clientId":"lamp","source":"127.0.0.1:5","startedAt":1767225600.25,)"
                          R"("outcome":")" +
                          std::string(outcome) + R"(","steps":[)" + std::string(steps) +
                          R"(],"stepsLeftOut":0})",
                      "the trace")
        .value();
}

constexpr std::string_view door =
    R"({"kind":"door","status":"noted","detail":"https","elapsedMicroseconds":12})";
constexpr std::string_view both =
    R"({"kind":"door","status":"noted","detail":"https","elapsedMicroseconds":12},)"
    R"({"kind":"policy","status":"failed","detail":"no\nstatement","elapsedMicroseconds":1500})";

TEST(TraceText, HasAHeadingAndALineAStep) {
    const std::string text = trace_text(trace_of("t-1", both, "refused"), Colour::Off);
    EXPECT_THAT(text, HasSubstr("2026-01-01 00:00:00.250  client lamp  from 127.0.0.1:5  refused\n"
                                "  trace t-1\n"));
    EXPECT_THAT(text, HasSubstr("0.012 ms  noted    door             https\n"));
    EXPECT_THAT(text, HasSubstr("1.500 ms  failed   policy           no\n        "));
    EXPECT_THAT(trace_text(trace_of("t-1", both, "refused"), Colour::On), HasSubstr("\033[31m"));
}

TEST(TraceFollower, ShowsEachStepOnce) {
    TraceFollower follower(Colour::Off);
    EXPECT_THAT(follower.news(trace_of("t-1", door, "pending")), HasSubstr("trace t-1"));
    EXPECT_EQ(follower.news(trace_of("t-1", door, "pending")), "");
    const std::string more = follower.news(trace_of("t-1", both, "refused"));
    EXPECT_THAT(more, Not(HasSubstr("https")));
    EXPECT_THAT(more, HasSubstr("policy"));
    EXPECT_THAT(more, HasSubstr("refused"));
    // Another one in between brings its heading, and the first its own again.
    EXPECT_THAT(follower.news(trace_of("t-2", door, "pending")), HasSubstr("trace t-2"));
    EXPECT_THAT(follower.news(trace_of("t-1", both, "ended")), HasSubstr("trace t-1"));
}

}  // namespace
}  // namespace gatehouse::server
