#include "server/device/message_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::server::device {
namespace {

using testing::HasSubstr;

std::string rendered(std::string_view text) {
    const auto message = MessageTemplate::parse(text);
    if (!message) return "refused: " + message.error().message;
    return message->render({ManualClock::default_start(), 7, "basicPubSub"});
}

TEST(MessageTemplate, FillsInVariables) {
    EXPECT_EQ(rendered("{client_id} #{n} at {time}"), "basicPubSub #7 at 2026-01-01T00:00:00.000Z");
    EXPECT_EQ(rendered("{n}{n}"), "77");
    EXPECT_EQ(rendered(""), "");
    EXPECT_EQ(rendered("no variables"), "no variables");
}

TEST(MessageTemplate, LeavesJsonAlone) {
    EXPECT_EQ(rendered(R"({"n":{n},"inner":{"list":[{}],"time":"{time}"}})"),
              R"({"n":7,"inner":{"list":[{}],"time":"2026-01-01T00:00:00.000Z"}})");
    EXPECT_EQ(rendered("{ n }"), "{ n }");
    EXPECT_EQ(rendered("open { and } close {"), "open { and } close {");
}

TEST(MessageTemplate, HasAWayToWriteAName) {
    EXPECT_EQ(rendered("{{n} is {n}"), "{n} is 7");
    EXPECT_EQ(rendered("{{anything}"), "{anything}");
    EXPECT_EQ(rendered("{{"), "{{");
}

TEST(MessageTemplate, RefusesUnknownNames) {
    EXPECT_THAT(rendered("{clientid}"), HasSubstr("did you mean {client_id}?"));
    EXPECT_THAT(rendered("{temperature}"), HasSubstr("no variable {temperature}; there are"));
}

}  // namespace
}  // namespace gatehouse::server::device
