#include "gateway/http_publish_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "mqtt/publish.h"

namespace gatehouse::gateway {
namespace {

using ::testing::HasSubstr;

class HttpPublishRequest : public ::testing::Test {
protected:
    HttpPublishRequest() {
        request.method = "POST";
        request.path = "/topics/lab/x";
    }
    HttpPublish parsed() {
        auto publish = parse_publish(request, profile);
        EXPECT_TRUE(publish) << publish.error().sentence;
        return publish ? std::move(*publish) : HttpPublish();
    }
    HttpProblem problem() {
        auto publish = parse_publish(request, profile);
        EXPECT_FALSE(publish);
        return publish ? HttpProblem{} : publish.error();
    }

    net::HttpRequest request;
    Profile profile = profile_named(ProfileName::Aws);
};

TEST_F(HttpPublishRequest, TheTopicMayBeEncoded) {
    EXPECT_EQ(parsed().topic, "lab/x");
    request.path = "/topics/lab%2Fx%20y";
    EXPECT_EQ(parsed().topic, "lab/x y");
    for (const char* broken : {"/topics/a%zz", "/topics/a%2", "/topics/%"}) {
        request.path = broken;
        EXPECT_EQ(problem().status, 400U) << broken;
    }
}

TEST_F(HttpPublishRequest, TakesWhatMqtt5Has) {
    request.query =
        "qos=1&retain=true&contentType=text%2Fplain&responseTopic=re%2Fply&messageExpiry=0";
    request.headers.add("X-Amz-Mqtt5-Payload-Format-Indicator", "UTF8_DATA");
    request.headers.add("x-amz-mqtt5-correlation-data", "AQI=");
    // [{"a":"1"},{"b":"2"},{"a":"3"}]
    request.headers.add("x-amz-mqtt5-user-properties",
                        "W3siYSI6IjEifSx7ImIiOiIyIn0seyJhIjoiMyJ9XQ==");
    const HttpPublish publish = parsed();
    EXPECT_EQ(publish.qos, mqtt::Qos::AtLeastOnce);
    EXPECT_EQ(publish.retain, broker::Retain::Yes);
    EXPECT_EQ(publish.expiry_seconds, 1U) << "0 is raised to 1";
    const auto properties =
        mqtt::decode_message_properties(publish.properties, mqtt::PropertySection::Publish);
    ASSERT_TRUE(properties);
    EXPECT_EQ(properties->payload_format, mqtt::PayloadFormat::Utf8);
    EXPECT_EQ(properties->content_type, "text/plain");
    EXPECT_EQ(properties->response_topic, "re/ply");
    EXPECT_EQ(text_of(*properties->correlation_data), "\x01\x02");
    EXPECT_EQ(properties->message_expiry_at, publish.expiry_at);
    std::string users;
    for (const auto& property : properties->user_properties()) {
        users += std::string(property.name) + "=" + std::string(property.value) + " ";
    }
    EXPECT_EQ(users, "a=1 b=2 a=3 ");
}

TEST_F(HttpPublishRequest, UserPropertiesMayBeJsonInAJsonText) {
    // "[{\"a\":\"1\"}]"
    request.headers.add("x-amz-mqtt5-user-properties", "Ilt7XCJhXCI6XCIxXCJ9XSI=");
    const HttpPublish publish = parsed();
    const auto properties =
        mqtt::decode_message_properties(publish.properties, mqtt::PropertySection::Publish);
    ASSERT_TRUE(properties);
    const auto users = properties->user_properties();
    ASSERT_NE(users.begin(), users.end());
    EXPECT_EQ((*users.begin()).value, "1");
}

// [MQTT-1.5.4-1], [MQTT-1.5.4-2]
TEST_F(HttpPublishRequest, TakesNoTextThatAPacketCannotCarry) {
    const std::string nul("a\0b", 3);
    const std::string broken = "a\xff";
    const std::string surrogate = "\xed\xa0\x80";
    const std::string longer(mqtt::string_size_max + 1, 'a');
    for (const std::string& bad : {nul, broken, surrogate, longer}) {
        for (const auto member : {&PublishFields::content_type, &PublishFields::response_topic}) {
            PublishFields fields{.topic = "lab/x"};
            fields.*member = bad;
            const auto publish = read_publish(fields, profile);
            ASSERT_FALSE(publish);
            EXPECT_EQ(publish.error().status, 400U);
        }
        EXPECT_FALSE(read_publish({.topic = bad}, profile));
    }
    const std::string long_text(mqtt::string_size_max + 1, 'a');
    for (const std::string& users :
         {std::string(R"([{"k":"a\u0000b"}])"), std::string(R"([{"a\u0000b":"v"}])"),
          R"([{"k":"v"},{"k":")" + long_text + R"("}])", R"([{")" + long_text + R"(":"v"}])"}) {
        const std::string encoded = to_base64(bytes_of(users));
        const auto publish = read_publish({.topic = "lab/x", .user_properties = encoded}, profile);
        ASSERT_FALSE(publish) << users.substr(0, 40);
        EXPECT_EQ(publish.error().status, 400U);
    }
}

TEST_F(HttpPublishRequest, SaysWhatIsWrong) {
    const struct {
        std::string_view path, query, header, value;
        const char* sentence;
    } cases[] = {
        {"/topics/", "", "", "", "has no topic"},
        {"/topics/a/%23", "", "", "", "topic"},
        {"/topics/a/b/c/d/e/f/g/h/i", "", "", "", "8 levels"},
        {"/topics/$SYS/x", "", "", "", "reserved"},
        {"/topics/$aws/things/t/shadow/update/accepted", "", "", "", "reserved"},
        {"/topics/$aws/things/t/shadow/update", "retain=true", "", "", "without RETAIN"},
        {"/topics/x", "qos=2", "", "", "qos is 0 or 1"},
        {"/topics/x", "retain=yes", "", "", "true or false"},
        {"/topics/x", "messageExpiry=soon", "", "", "number of seconds"},
        {"/topics/x", "messageExpiry=", "", "", "number of seconds"},
        {"/topics/x", "responseTopic=a%2F%2B", "", "", "without wildcards"},
        {"/topics/x", "", "x-amz-mqtt5-payload-format-indicator", "TEXT", "UTF8_DATA"},
        {"/topics/x", "", "x-amz-mqtt5-correlation-data", "?", "base64"},
        {"/topics/x", "", "x-amz-mqtt5-user-properties", "e30=", "JSON array"},
    };
    for (const auto& each : cases) {
        request = {};
        request.path = each.path;
        request.query = each.query;
        if (!each.header.empty()) {
            request.headers.add(std::string(each.header), std::string(each.value));
        }
        const HttpProblem found = problem();
        EXPECT_EQ(found.status, 400U) << each.sentence;
        EXPECT_THAT(found.sentence, HasSubstr(each.sentence));
    }
    request.path = "/topics/x";
    request.query.clear();
    request.headers = {};
    request.body = std::string(128 * 1024 + 1, 'x');
    EXPECT_EQ(problem().status, 413U);
}

}  // namespace
}  // namespace gatehouse::gateway
