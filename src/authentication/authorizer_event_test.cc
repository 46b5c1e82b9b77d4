#include "authentication/authorizer_event.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace gatehouse::authentication {
namespace {

Credentials mqtt_over_tls() {
    Credentials credentials;
    credentials.trace_id = TraceId("11111111-2222-4333-8444-555555555555");
    credentials.peer.is_tls = true;
    credentials.peer.server_name = "localhost";
    credentials.mqtt = MqttCredentials{"basicPubSub", "alice?x-amz-customauthorizer-name=A&t=tok",
                                       Bytes{'s', 'e', 'c', 0xff}};
    return credentials;
}

TEST(AuthorizerEvent, HasTheDocumentedShapeForMqttOverTls) {
    EXPECT_EQ(make_authorizer_event(mqtt_over_tls(), {.token = "tok", .signature_verified = true},
                                    Password::Shown),
              R"({"token":"tok","signatureVerified":true,"protocols":["tls","mqtt"],)"
              R"("protocolData":{"tls":{"serverName":"localhost"},"mqtt":{"username":)"
              R"("alice?x-amz-customauthorizer-name=A&t=tok","password":"c2Vj/w==",)"
              R"("clientId":"basicPubSub"}},)"
              R"("connectionMetadata":{"id":"11111111-2222-4333-8444-555555555555"}})");
}

TEST(AuthorizerEvent, LeavesOutWhatTheClientDidNotSend) {
    Credentials credentials = mqtt_over_tls();
    credentials.peer = {};
    credentials.mqtt = MqttCredentials{};
    const std::string event = make_authorizer_event(credentials, {}, Password::Shown);
    EXPECT_EQ(event.substr(0, event.find(",\"connectionMetadata")),
              R"({"signatureVerified":false,"protocols":["mqtt"],"protocolData":{"mqtt":{}})");
}

TEST(AuthorizerEvent, LeavesOutAClientIdThatTheServerAssigned) {
    Credentials credentials = mqtt_over_tls();
    credentials.mqtt->client_id = "auto-1";
    credentials.mqtt->is_client_id_assigned = true;
    EXPECT_EQ(make_authorizer_event(credentials, {}, Password::Shown).find("clientId"),
              std::string::npos);
}

TEST(AuthorizerEvent, CarriesHeadersInLowerCaseAndTheQueryWithItsQuestionMark) {
    Credentials credentials = mqtt_over_tls();
    credentials.http = std::make_unique<HttpCredentials>();
    credentials.http->headers.add("X-Amz-CustomAuthorizer-Name", "A");
    credentials.http->query = "token=t";
    const auto event =
        parse_json(make_authorizer_event(credentials, {}, Password::Shown), "the event");
    ASSERT_TRUE(event);
    const auto& http = event->at("protocolData").at("http");
    EXPECT_EQ(http.at("headers").at("x-amz-customauthorizer-name").as_string(), "A");
    EXPECT_EQ(http.at("queryString").as_string(), "?token=t");
    EXPECT_EQ(to_text(event->at("protocols")), R"(["tls","http","mqtt"])");
}

// Of members with the same name one parser takes the first, another the last.
TEST(AuthorizerEvent, NoHeaderComesTwice) {
    Credentials credentials = mqtt_over_tls();
    credentials.http = std::make_unique<HttpCredentials>();
    credentials.http->headers.add("Tok", "good");
    credentials.http->headers.add("Other", "1");
    credentials.http->headers.add("tok", "evil");
    const std::string event = make_authorizer_event(credentials, {}, Password::Shown);
    EXPECT_NE(event.find(R"("headers":{"tok":"good, evil","other":"1"})"), std::string::npos)
        << event;
}

TEST(AuthorizerEvent, MaskedHoldsNoSecret) {
    Credentials credentials = mqtt_over_tls();
    credentials.http = std::make_unique<HttpCredentials>();
    credentials.http->headers.add("t", "tok");
    credentials.http->query = "t=tok";
    const std::string event =
        make_authorizer_event(credentials, {.token = "tok"}, Password::Masked);
    EXPECT_EQ(event.find("tok\""), std::string::npos) << event;
    EXPECT_EQ(event.find("t=tok"), std::string::npos) << event;
    EXPECT_EQ(event.find("c2Vj"), std::string::npos) << event;
    EXPECT_NE(event.find("alice?x-amz-customauthorizer-name=A&t=****"), std::string::npos) << event;
}

TEST(AuthorizerEvent, TellsOfTheCertificateThoseAloneThatDecideBesideIt) {
    Credentials credentials = mqtt_over_tls();
    credentials.peer.client_certificate = Bytes(60, 7);
    EXPECT_EQ(make_authorizer_event(credentials, {}, Password::Shown).find("principalId"),
              std::string::npos);
    credentials.domain =
        std::make_shared<const registry::DomainConfiguration>(registry::DomainConfiguration{
            .authentication = registry::DomainAuthentication::CustomAuthX509});
    const auto event =
        parse_json(make_authorizer_event(credentials, {}, Password::Shown), "").value();
    const auto& tls = event.at("protocolData").at("tls").as_object();
    EXPECT_EQ(tls.at("serverName"), "localhost");
    EXPECT_EQ(tls.at("principalId").as_string().size(), 64u);
    const std::string pem(tls.at("x509CertificatePem").as_string());
    EXPECT_TRUE(pem.starts_with("-----BEGIN CERTIFICATE-----\nBwcHBwcH")) << pem;
    EXPECT_EQ(pem.find('\n', 28), 28u + 64u) << "lines of 64 characters";
    EXPECT_TRUE(pem.ends_with("\n-----END CERTIFICATE-----\n")) << pem;
}

}  // namespace
}  // namespace gatehouse::authentication
