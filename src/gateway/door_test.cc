#include "gateway/door.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::gateway {
namespace {

using testing::HasSubstr;

net::PeerFacts peer_with(std::string alpn, std::string server_name = "localhost") {
    net::PeerFacts peer;
    peer.is_tls = true;
    peer.application_protocol = std::move(alpn);
    peer.server_name = std::move(server_name);
    return peer;
}

TEST(ConversationOf, FollowsPortAndAlpn) {
    const Door https{DoorKind::Https, nullptr};
    EXPECT_EQ(conversation_of({DoorKind::Mqtts, nullptr}, peer_with(""), DoorRules::AsAws),
              Conversation::Mqtt);
    EXPECT_EQ(conversation_of({DoorKind::HttpsMtls, nullptr}, peer_with("mqtt"), DoorRules::Every),
              Conversation::Http);
    EXPECT_EQ(conversation_of(https, peer_with("mqtt"), DoorRules::AsAws), Conversation::Mqtt);
    EXPECT_EQ(conversation_of(https, peer_with("x-amzn-mqtt-ca"), DoorRules::AsAws),
              Conversation::Mqtt);
    EXPECT_EQ(conversation_of(https, peer_with("x-amzn-http-ca"), DoorRules::Every),
              Conversation::Http);
    EXPECT_EQ(conversation_of(https, peer_with(""), DoorRules::AsAws), Conversation::Http);
    EXPECT_EQ(conversation_of(https, peer_with(""), DoorRules::Every), std::nullopt)
        << "the first bytes tell";
}

TEST(ConversationOf, TheFirstBytesTellMqttFromHttp) {
    EXPECT_EQ(conversation_of(std::string_view("\x10\x0e\x00\x04MQTT", 8)), Conversation::Mqtt);
    EXPECT_EQ(conversation_of("GET / HTTP/1.1"), Conversation::Http);
}

TEST(CustomAuthenticationProblem, StrictKeepsAwssTable) {
    const Door https{DoorKind::Https, nullptr};
    const auto problem = [](const Door& door, const net::PeerFacts& peer,
                            AskedName name = {"localhost", true}) {
        return custom_authentication_problem(door, peer, name, DoorRules::AsAws).value_or("");
    };
    EXPECT_EQ(problem(https, peer_with("mqtt")), "");
    EXPECT_NE(problem(https, peer_with("x-amzn-mqtt-ca")), "");
    EXPECT_THAT(problem(https, peer_with("mqtt"), {}), HasSubstr("SNI"));
    EXPECT_THAT(problem(https, peer_with("mqtt"), {"somewhere.example", false}),
                HasSubstr("'somewhere.example' is no endpoint"));
    EXPECT_NE(problem({DoorKind::Mqtts, nullptr}, peer_with("mqtt")), "");
    EXPECT_NE(problem({DoorKind::Mqtt, nullptr}, {}), "");
    EXPECT_FALSE(
        custom_authentication_problem({DoorKind::Mqtt, nullptr}, {}, {}, DoorRules::Every));
}

TEST(MqttWhereHttpIsSpoken, SaysWhatWouldTakeIt) {
    const Door https{DoorKind::Https, nullptr};
    EXPECT_THAT(mqtt_where_http_is_spoken(https, peer_with("")), HasSubstr("no ALPN"));
    EXPECT_THAT(mqtt_where_http_is_spoken(https, peer_with("http/1.1")), HasSubstr("'http/1.1'"));
    EXPECT_THAT(mqtt_where_http_is_spoken({DoorKind::HttpsMtls, nullptr}, peer_with("")),
                HasSubstr("https-mtls port takes HTTP alone"));
}

TEST(TlsSettings, AskForCertificatesWhereTheyMeanSomething) {
    EXPECT_EQ(tls_settings(DoorKind::Mqtts, {}).client_certificate,
              net::ClientCertificate::Requested);
    const net::TlsSettings https = tls_settings(DoorKind::Https, {});
    EXPECT_EQ(https.client_certificate, net::ClientCertificate::NotRequested);
    EXPECT_EQ(https.application_protocols.front(), "x-amzn-mqtt-ca");
    EXPECT_EQ(https.client_certificate_protocols.size(), 2u);
}

}  // namespace
}  // namespace gatehouse::gateway
