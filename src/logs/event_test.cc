#include "logs/event.h"

#include <gtest/gtest.h>

#include <array>

#include "base/bytes.h"
#include "base/json.h"
#include "base/random.h"
#include "logs/event_sink.h"
#include "logs/json_text.h"
#include "logs/masking.h"
#include "logs/metrics.h"

namespace gatehouse::logs {
namespace {

using namespace std::chrono;

const WallTime sample_time =
    sys_days(year(2017) / August / 10) + hours(15) + minutes(37) + seconds(23) + milliseconds(476);

std::string json_of(const Event& event) {
    std::string out;
    append_json(out, event, sample_time);
    return out;
}

TEST(Event, RendersTheDocumentedConnectEntry) {
    const Tenant tenant{AccountId("123456789012"), Region("us-east-1")};
    EXPECT_EQ(json_of({.tenant = tenant,
                       .type = EventType::Connect,
                       .trace_id = "20b23f3f-d7f1-feae-169f-82263394fbdb",
                       .origin = {.protocol = "MQTT",
                                  .client_id = "abf27092886e49a8a5c1922749736453",
                                  .principal_id = "145179c4",
                                  .source_ip = "205.251.233.181",
                                  .source_port = 13490}}),
              R"({"timestamp":"2017-08-10 15:37:23.476","logLevel":"INFO",)"
              R"("traceId":"20b23f3f-d7f1-feae-169f-82263394fbdb","accountId":"123456789012",)"
              R"("status":"Success","eventType":"Connect","protocol":"MQTT",)"
              R"("clientId":"abf27092886e49a8a5c1922749736453","principalId":"145179c4",)"
              R"("sourceIp":"205.251.233.181","sourcePort":13490})");
}

TEST(Event, PutsOwnMembersAfterTheServicesOwn) {
    const Tenant tenant;
    const std::array<Member, 5> more = {{{"retain", std::string_view("True")},
                                         {"count", std::int64_t{-3}},
                                         {"share", 0.5},
                                         {"first", true},
                                         {"resources", JsonText(R"({"a":1})")}}};
    const std::string text = json_of({.tenant = tenant,
                                      .type = EventType::PublishIn,
                                      .status = Status::Failure,
                                      .topic_name = "a/b",
                                      .reason = "AUTHORIZATION_FAILURE",
                                      .details = "Authorization Failure",
                                      .authorizer_name = "Auto",
                                      .explanation_object = JsonText(R"({"decision":"deny"})"),
                                      .explanation = "not written when there is an object",
                                      .duration_ms = 1.5,
                                      .cold_start = false,
                                      .more = more});
    EXPECT_TRUE(text.ends_with(
        R"("topicName":"a/b","reason":"AUTHORIZATION_FAILURE","details":"Authorization Failure",)"
        R"("authorizerName":"Auto","durationMs":1.5,"coldStart":false,)"
        R"("explanation":{"decision":"deny"},"retain":"True","count":-3,"share":0.5,)"
        R"("first":true,"resources":{"a":1}})"))
        << text;
    EXPECT_TRUE(parse_json(text, "the event"));
}

TEST(Event, NamesThatClientsChooseAreCutWithTheirLength) {
    const Tenant tenant;
    const std::string name(60'000, 'n');
    const std::string text = json_of({.tenant = tenant,
                                      .type = EventType::ConnectionAuthNError,
                                      .origin = {.client_id = name},
                                      .authorizer_name = name});
    const std::string shown = std::string(256, 'n') + "… (60000 bytes)\"";
    EXPECT_NE(text.find("\"clientId\":\"" + shown), std::string::npos) << text;
    EXPECT_NE(text.find("\"authorizerName\":\"" + shown), std::string::npos) << text;
    EXPECT_LT(text.size(), 1000u);
}

TEST(Event, TimeIsTheSameAsTheClocksForm) {
    std::string out;
    const Tenant tenant;
    for (const auto time :
         {WallTime(milliseconds(0)), sample_time, WallTime(milliseconds(1772323199999))}) {
        out.clear();
        append_json(out, {.tenant = tenant, .type = EventType::Ping}, time);
        EXPECT_NE(out.find("\"" + format_log_time(time) + "\""), out.npos) << out;
    }
}

TEST(JsonText, EscapesAndReplacesWhatIsNotUtf8) {
    const auto escaped = [](std::string_view text) {
        std::string out;
        append_escaped(out, text);
        return out;
    };
    EXPECT_EQ(escaped("a\"b\\c\n\r\t\x01\x7f"), R"(a\"b\\c\n\r\t\u0001\u007f)");
    EXPECT_EQ(escaped("grüße 你好 🙂"), "grüße 你好 🙂");
    EXPECT_EQ(escaped("a\xff"), "a\xef\xbf\xbd");
    EXPECT_EQ(escaped("\xc3"), "\xef\xbf\xbd");                  // cut short
    EXPECT_EQ(escaped("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd");  // overlong
    EXPECT_EQ(escaped("\xed\xa0\x80").size(), 9U);               // surrogate
    EXPECT_EQ(escaped("\xf4\x90\x80\x80").size(), 12U);          // above U+10FFFF
    EXPECT_EQ(escaped(std::string_view("\0", 1)), R"(\u0000)");
}

TEST(JsonText, EveryByteStringBecomesWellFormedJson) {
    SeededRandom random(7);
    for (int round = 0; round < 2000; ++round) {
        std::array<std::uint8_t, 24> bytes;
        random.fill(bytes);
        std::string quoted = "\"";
        append_escaped(quoted, text_of(bytes));
        quoted += '"';
        EXPECT_TRUE(parse_json(quoted, "the text")) << quoted;
    }
}

TEST(Masking, KeepsTheNameAndMasksEveryOtherValue) {
    EXPECT_EQ(masked_user_name("device"), "device");
    EXPECT_EQ(masked_user_name("lamp.kitchen.home?SDK=a"), "lamp.kitchen.home?SDK=a");
    // {"alg":"none"} and { "alg":"none"}
    for (const char* token : {"eyJhbGciOiJub25lIn0.e30.c2ln", "eyAiYWxnIjoibm9uZSJ9.e30.c2ln",
                              "Bearer eyJhbGciOiJub25lIn0.e30.c2ln", "eyJhbGciOiJub25lIn0=.e30.x",
                              "eyJhbGciOiJub25lIn1.e30.x", "eyJhbGciOiJub25lIn0.a.b.c.d"}) {
        EXPECT_EQ(masked_user_name(token), "****") << token;
        EXPECT_EQ(masked_user_name(std::string(token) + "?SDK=a"), "****?SDK=a");
    }
    EXPECT_EQ(masked_user_name("u?X-Amz-CustomAuthorizer-Name=A&Token=t"),
              "u?X-Amz-CustomAuthorizer-Name=A&Token=****");
    EXPECT_EQ(masked_user_name("u?x-amz-customauthorizer-name=A&x-amz-customauthorizer-signature="
                               "c2ln&token=t0p&SDK=Python/1"),
              "u?x-amz-customauthorizer-name=A&x-amz-customauthorizer-signature=****&token=****&"
              "SDK=Python/1");
    EXPECT_EQ(masked_user_name("u?SDK=a?token=secret&bare"), "u?SDK=a?token=****&****");
    EXPECT_EQ(masked_user_name("?"), "?");
}

TEST(EventTypes, NamesRoundTripAndAreUnique) {
    for (std::size_t i = 0; i < event_type_count; ++i) {
        const auto type = static_cast<EventType>(i);
        EXPECT_EQ(parse_event_type(name_of(type)), type) << name_of(type);
    }
    EXPECT_EQ(parse_event_type("connect"), std::nullopt);
    EXPECT_EQ(name_of(EventType::PublishIn), "Publish-In");
    EXPECT_EQ(parse_level("WARN"), Level::Warn);
    EXPECT_EQ(parse_level("warn"), std::nullopt);
}

TEST(EventSelection, DefaultKeepsConnectionsAndRefusalsButNotEveryMessage) {
    const EventSelection selection;
    EXPECT_TRUE(selection.keeps(Level::Info, EventType::Connect, Status::Success));
    EXPECT_TRUE(selection.keeps(Level::Info, EventType::AuthorizerInvoke, Status::Success));
    EXPECT_FALSE(selection.keeps(Level::Info, EventType::PublishIn, Status::Success));
    EXPECT_TRUE(selection.keeps(Level::Messages, EventType::PublishIn, Status::Success));
    EXPECT_EQ(name_of(level_of(EventType::PublishIn, Status::Success)), "INFO");
    EXPECT_EQ(parse_level("INFO"), Level::Messages);
    EXPECT_TRUE(selection.keeps(Level::Error, EventType::PublishIn, Status::Failure));
    EXPECT_FALSE(selection.keeps(Level::Error, EventType::Connect, Status::Success));
    EXPECT_FALSE(selection.keeps(Level::Disabled, EventType::Connect, Status::Failure));
    EXPECT_FALSE(selection.keeps(Level::Info, EventType::Ping, Status::Success));
}

TEST(Metrics, SumsTheSetsOfAllLoops) {
    Metrics metrics;
    MetricSet& one = metrics.make_set();
    MetricSet& two = metrics.make_set();
    one.add(Metric::ConnectSuccess);
    two.add(Metric::ConnectSuccess, MetricProtocol::Mqtt, 2);
    two.add(Metric::PublishInAuthError, MetricProtocol::Http);
    const MetricTotals totals = metrics.totals();
    EXPECT_EQ(totals.of(Metric::ConnectSuccess), 3U);
    EXPECT_EQ(totals.of(Metric::PublishInAuthError), 0U);
    EXPECT_EQ(totals.of(Metric::PublishInAuthError, MetricProtocol::Http), 1U);
    EXPECT_EQ(name_of(Metric::UnsubscribeClientError), "Unsubscribe.ClientError");
    EXPECT_EQ(name_of(Metric::FunctionColdStarts), "Function.ColdStarts");
}

}  // namespace
}  // namespace gatehouse::logs
