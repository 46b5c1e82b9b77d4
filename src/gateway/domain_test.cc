#include "gateway/domain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "gateway/door_terms.h"

namespace gatehouse::gateway {
namespace {

using registry::DomainAuthentication;
using registry::DomainConfiguration;
using registry::DomainProtocol;
using registry::DomainStatus;
using testing::HasSubstr;

DomainPtr domain_of(DomainConfiguration configuration, std::string certificate_problem = "") {
    configuration.name = registry::DomainConfigurationName("Fleet");
    auto domain = std::make_shared<Domain>();
    domain->tenant = std::make_shared<const Tenant>();
    domain->configuration = std::make_shared<const DomainConfiguration>(std::move(configuration));
    domain->certificate_problem = std::move(certificate_problem);
    return domain;
}

DomainConfiguration with(DomainAuthentication authentication, DomainProtocol protocol) {
    return {.authentication = authentication, .protocol = protocol};
}

TEST(DomainsByName, HaveNoCase) {
    const Domains domains({domain_of({.domain_name = "iot.customer.test"})});
    EXPECT_NE(domains.find("IoT.Customer.Test"), nullptr);
    EXPECT_NE(domains.find("iot.customer.test."), nullptr) << "a whole name may end with a dot";
    EXPECT_EQ(domains.find("iot.customer.test.."), nullptr);
    EXPECT_EQ(domains.find("customer.test"), nullptr);
    EXPECT_EQ(domains.find(""), nullptr);
    EXPECT_EQ(Domains().find("iot.customer.test"), nullptr);
}

TEST(ProblemOf, ADomainThatIsDisabledOrShowsNothing) {
    EXPECT_FALSE(problem_of(*domain_of({})));
    EXPECT_EQ(problem_of(*domain_of({.status = DomainStatus::Disabled}))->reason,
              "DOMAIN_CONFIGURATION_DISABLED");
    const auto invalid = problem_of(*domain_of({}, "it was deleted"));
    EXPECT_EQ(invalid->reason, "DOMAIN_CONFIGURATION_INVALID");
    EXPECT_THAT(invalid->sentence, HasSubstr("it was deleted"));
}

TEST(ProtocolProblem, EachProtocolHasItsPorts) {
    const auto goes = [](DomainProtocol protocol, DoorKind door) {
        return !protocol_problem(with(DomainAuthentication::CustomAuth, protocol), door);
    };
    EXPECT_TRUE(goes(DomainProtocol::SecureMqtt, DoorKind::Mqtts));
    EXPECT_TRUE(goes(DomainProtocol::SecureMqtt, DoorKind::Https));
    EXPECT_FALSE(goes(DomainProtocol::SecureMqtt, DoorKind::HttpsMtls));
    EXPECT_FALSE(goes(DomainProtocol::MqttWss, DoorKind::Mqtts));
    EXPECT_TRUE(goes(DomainProtocol::MqttWss, DoorKind::Https));
    EXPECT_TRUE(goes(DomainProtocol::Https, DoorKind::HttpsMtls));
    EXPECT_FALSE(goes(DomainProtocol::Https, DoorKind::Mqtts));
    EXPECT_TRUE(goes(DomainProtocol::Default, DoorKind::Mqtt));
    EXPECT_FALSE(goes(DomainProtocol::Default, DoorKind::Api)) << "none is served there";
}

TEST(UseProblem, WhatIsCarriedAndByWhichTlsCountsWhoeverChoseTheDomain) {
    const auto goes = [](DomainConfiguration configuration, Carrier carrier,
                         std::string_view tls_version = "TLSv1.3") {
        return !use_problem(configuration, {DoorKind::Https, carrier, tls_version});
    };
    const std::tuple<DomainProtocol, bool, bool, bool> taken[] = {
        {DomainProtocol::Default, true, true, true},
        {DomainProtocol::SecureMqtt, true, false, false},
        {DomainProtocol::MqttWss, false, true, false},
        {DomainProtocol::Https, false, false, true}};
    for (const auto& [protocol, tcp, websocket, http] : taken) {
        EXPECT_EQ(goes({.protocol = protocol}, Carrier::Tcp), tcp) << name_of_choice(protocol);
        EXPECT_EQ(goes({.protocol = protocol}, Carrier::WebSocket), websocket)
            << name_of_choice(protocol);
        EXPECT_EQ(goes({.protocol = protocol}, Carrier::Http), http) << name_of_choice(protocol);
    }
    const auto x509 = with(DomainAuthentication::AwsX509, DomainProtocol::Default);
    EXPECT_FALSE(goes(x509, Carrier::WebSocket));
    EXPECT_TRUE(goes(x509, Carrier::Tcp));
    const DomainConfiguration newest{.security_policy = net::SecurityPolicy::Tls13_1_3_2022_10};
    const DomainConfiguration older{.security_policy = net::SecurityPolicy::Tls12_1_2_2022_10};
    EXPECT_FALSE(goes(newest, Carrier::Http, "TLSv1.2"));
    EXPECT_TRUE(goes(newest, Carrier::Http));
    EXPECT_FALSE(goes(older, Carrier::Http));
    EXPECT_TRUE(goes(older, Carrier::Http, "TLSv1.2"));
    EXPECT_TRUE(goes({}, Carrier::Http, "TLSv1.2"));
}

TEST(PresentDomain, IsTheConfigurationAsItIsNow) {
    const auto chosen = domain_of({.id = "one"});
    const auto changed = domain_of({.id = "one", .status = DomainStatus::Disabled});
    const auto anothers = domain_of({.id = "two"});
    EXPECT_EQ(present_domain(nullptr, nullptr), nullptr);
    EXPECT_EQ(present_domain(nullptr, chosen), chosen) << "it came since the handshake";
    EXPECT_EQ(present_domain(chosen, chosen), chosen);
    EXPECT_EQ(present_domain(chosen, changed), changed);
    for (const DomainPtr& now : {DomainPtr(), anothers}) {
        const auto gone = present_domain(chosen, now);
        ASSERT_NE(gone, nullptr);
        EXPECT_EQ(gone->configuration, chosen->configuration);
        EXPECT_EQ(problem_of(*gone)->reason, "DOMAIN_CONFIGURATION_NOT_FOUND");
    }
}

TEST(TlsSettingsOfADomain, AskForACertificateAsItSays) {
    using net::ClientCertificate;
    const auto asked = [](DoorKind door, DomainAuthentication authentication) {
        const auto settings =
            tls_settings(door, with(authentication, DomainProtocol::SecureMqtt), {});
        EXPECT_TRUE(settings.client_certificate_protocols.empty());
        return settings.client_certificate;
    };
    EXPECT_EQ(asked(DoorKind::Mqtts, DomainAuthentication::CustomAuth),
              ClientCertificate::NotRequested);
    EXPECT_EQ(asked(DoorKind::Https, DomainAuthentication::AwsX509), ClientCertificate::Requested);
    EXPECT_EQ(asked(DoorKind::Https, DomainAuthentication::CustomAuthX509),
              ClientCertificate::Requested);
    auto asking = with(DomainAuthentication::AwsX509, DomainProtocol::SecureMqtt);
    EXPECT_FALSE(tls_settings(DoorKind::Mqtts, asking, {}).keeps_client_chain);
    asking.client_certificate_callback = "arn:aws:lambda:us-east-1:000000000000:function:check";
    EXPECT_TRUE(tls_settings(DoorKind::Mqtts, asking, {}).keeps_client_chain) << "it sees it";
    const auto usual = tls_settings(
        DoorKind::Https, {.security_policy = net::SecurityPolicy::Tls13_1_3_2022_10}, {});
    EXPECT_FALSE(usual.client_certificate_protocols.empty());
    EXPECT_EQ(usual.policy, net::SecurityPolicy::Tls13_1_3_2022_10);
}

TEST(NoteDoor, WhatADomainSaysCountsInsteadOfTheTable) {
    const Door mqtts{DoorKind::Mqtts, nullptr};
    const auto problem = [&](DomainAuthentication authentication) {
        authentication::Credentials credentials;
        credentials.domain =
            domain_of(with(authentication, DomainProtocol::SecureMqtt))->configuration;
        note_door(credentials, mqtts, {"iot.customer.test", true}, Carrier::Tcp, DoorRules::AsAws);
        return credentials.custom_authentication_problem != nullptr;
    };
    EXPECT_TRUE(problem(DomainAuthentication::Default));
    EXPECT_FALSE(problem(DomainAuthentication::CustomAuth));
}

}  // namespace
}  // namespace gatehouse::gateway
