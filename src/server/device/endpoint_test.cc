#include "server/device/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::server::device {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

ReadyFile running() {
    ReadyFile ready;
    ready.host = "127.0.0.1";
    ready.mqtt = 1884;
    ready.mqtts = 8884;
    ready.https = 9443;
    ready.ca = "/data/ca/root-CA.crt";
    ready.endpoint = "iot.example.test";
    return ready;
}

TEST(Endpoint, IsReadInEveryForm) {
    struct Case {
        std::string text;
        Endpoint expected;
    };
    for (const auto& [text, expected] : std::vector<Case>{
             {"iot.example.com", {"iot.example.com", std::nullopt, Door::Https}},
             {"iot.example.com:9443", {"iot.example.com", 9443, Door::Https}},
             {"https://iot.example.com", {"iot.example.com", std::nullopt, Door::Https}},
             {"localhost:8883", {"localhost", 8883, Door::Mqtts}},
             {"mqtts://localhost", {"localhost", std::nullopt, Door::Mqtts}},
             {"mqtts://localhost:1", {"localhost", 1, Door::Mqtts}},
             {"mqtt://localhost", {"localhost", std::nullopt, Door::Mqtt}},
             {"mqtt://localhost:1883", {"localhost", 1883, Door::Mqtt}},
             {"::1", {"::1", std::nullopt, Door::Https}},
             {"[::1]", {"::1", std::nullopt, Door::Https}},
             {"mqtt://[::1]:1883", {"::1", 1883, Door::Mqtt}},
         }) {
        const auto parsed = parse_endpoint(text);
        ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
        EXPECT_EQ(*parsed, expected) << text;
    }
}

TEST(Endpoint, SaysWhatIsWrongWithIt) {
    for (const std::string text :
         {"", ":8883", "host:", "host:0", "host:65536", "host:80x", "wss://host", "mqtt://",
          "mqtt://host/path", "[::1", "[host]:1", "user@host", "a:b:c"}) {
        const auto parsed = parse_endpoint(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().kind, ErrorKind::InvalidInput) << text;
        EXPECT_THAT(parsed.error().message, HasSubstr("write HOST")) << text;
    }
}

TEST(Endpoint, WithoutTlsHasToBeAskedFor) {
    const auto parsed = parse_endpoint("localhost:1883");
    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().message, HasSubstr("1883 is MQTT without TLS"));
}

TEST(Target, IsTheRunningServerWhenNothingIsTyped) {
    const auto target = resolve(std::nullopt, running());
    ASSERT_TRUE(target);
    // By name where this machine knows one.
    EXPECT_THAT(target->host, AnyOf("localhost", "127.0.0.1"));
    EXPECT_EQ(*target, (Target{target->host, 9443, true, "mqtt", "/data/ca/root-CA.crt", true}));
    EXPECT_EQ(resolve(std::nullopt, std::nullopt).error().kind, ErrorKind::NotFound);
}

TEST(Target, OffLoopbackIsCalledByAddressUnlessTheEndpointLeadsThere) {
    ReadyFile ready = running();
    ready.host = "192.0.2.7";
    ready.endpoint = "192.0.2.7";
    EXPECT_EQ(resolve(std::nullopt, ready)->host, "192.0.2.7");
    ready.endpoint = "localhost";  // leads elsewhere
    EXPECT_EQ(resolve(std::nullopt, ready)->host, "192.0.2.7");
}

TEST(Target, OnThisMachineTakesPortAndCaOfTheRunningServer) {
    for (const std::string host :
         {"localhost", "127.0.0.1", "127.1.2.3", "::1", "iot.example.test"}) {
        const auto target = resolve(Endpoint{host, std::nullopt, Door::Mqtts}, running());
        ASSERT_TRUE(target) << host;
        EXPECT_EQ(*target, (Target{host, 8884, true, "", "/data/ca/root-CA.crt", true}));
    }
    const auto plain = resolve(Endpoint{"localhost", std::nullopt, Door::Mqtt}, running());
    EXPECT_EQ(plain.value(), (Target{"localhost", 1884, false, "", "", true}));
}

TEST(Target, ElsewhereTakesStandardPortsAndTheSystemsCertificates) {
    const auto target = resolve(Endpoint{"iot.example.com", std::nullopt, Door::Https}, running());
    ASSERT_TRUE(target);
    EXPECT_EQ(*target, (Target{"iot.example.com", 443, true, "mqtt", "", false}));
    EXPECT_EQ(resolve(Endpoint{"h", std::nullopt, Door::Mqtts}, std::nullopt)->port, 8883);
    EXPECT_EQ(resolve(Endpoint{"h", std::nullopt, Door::Mqtt}, std::nullopt)->port, 1883);
}

TEST(Target, BehindAClosedDoorIsRefused) {
    ReadyFile ready = running();
    ready.https.reset();
    const auto target = resolve(std::nullopt, ready);
    ASSERT_FALSE(target);
    EXPECT_THAT(target.error().message, HasSubstr("HTTPS port of the server"));
    EXPECT_TRUE(resolve(Endpoint{"localhost", 443, Door::Https}, ready));
}

TEST(Target, ShowsItsAddress) {
    EXPECT_EQ((Target{.host = "localhost", .port = 443}.address()), "localhost:443");
    EXPECT_EQ((Target{.host = "::1", .port = 443}.address()), "[::1]:443");
}

}  // namespace
}  // namespace gatehouse::server::device
