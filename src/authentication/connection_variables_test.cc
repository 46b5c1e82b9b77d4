#include "authentication/connection_variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::authentication {
namespace {

using net::TlsBefore;
using testing::HasSubstr;

enum class Tls : std::uint8_t { No, Yes };

// As conditions see it; empty: it has no value.
std::string secure_transport(Tls to_us, TlsBefore before) {
    Credentials credentials;
    credentials.peer.is_tls = to_us == Tls::Yes;
    credentials.peer.tls_before = before;
    const ManualClock clock;
    const auto variables = connection_variables(credentials, AuthenticationType::CustomAuth, clock);
    const policy::Variable* variable = variables.find("aws:SecureTransport");
    return variable == nullptr || variable->values.empty() ? "" : variable->values.front();
}

// What the client speaks counts, to a load balancer as to this server.
TEST(ConnectionVariables, SecureTransportIsTheClientsOwn) {
    EXPECT_EQ(secure_transport(Tls::Yes, TlsBefore::No), "true");
    EXPECT_EQ(secure_transport(Tls::No, TlsBefore::No), "false");
    EXPECT_EQ(secure_transport(Tls::No, TlsBefore::Yes), "true");
}

// Neither Bool true nor Bool false holds of a client behind a load balancer that does not tell.
TEST(ConnectionVariables, SecureTransportHasNoValueWhereNobodyTells) {
    EXPECT_EQ(secure_transport(Tls::No, TlsBefore::Unknown), "");
    const ManualClock clock;
    Credentials credentials;
    credentials.peer.tls_before = TlsBefore::Unknown;
    EXPECT_THAT(connection_variables(credentials, AuthenticationType::CustomAuth, clock)
                    .why_absent("aws:SecureTransport"),
                HasSubstr("does not tell"));
}

TEST(ConnectionVariables, AThingIsMissingForAReason) {
    const ManualClock clock;
    Credentials credentials;
    credentials.mqtt = MqttCredentials{.client_id = "c"};
    const auto why = [&](AuthenticationType type) {
        return connection_variables(credentials, type, clock)
            .why_absent("iot:Connection.Thing.ThingName");
    };
    EXPECT_THAT(why(AuthenticationType::CustomAuth), HasSubstr("custom authorizer"));
    EXPECT_THAT(why(AuthenticationType::Anonymous), HasSubstr("anonymous"));
}

TEST(ConnectionVariables, KnowTheClientAndTheClock) {
    Credentials credentials;
    credentials.mqtt = MqttCredentials{.client_id = "c"};
    credentials.peer.remote = *net::Address::parse("192.0.2.1", 1);
    credentials.peer.server_name = "iot.example.com";
    const ManualClock clock;
    const auto variables = connection_variables(credentials, AuthenticationType::CustomAuth, clock);
    EXPECT_EQ(*variables.text_of("iot:ClientId"), "c");
    EXPECT_EQ(*variables.text_of("aws:SourceIp"), "192.0.2.1");
    EXPECT_EQ(*variables.text_of("iot:DomainName"), "iot.example.com");
    EXPECT_EQ(variables.clock(), &clock);
}

}  // namespace
}  // namespace gatehouse::authentication
