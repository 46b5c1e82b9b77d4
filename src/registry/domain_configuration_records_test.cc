#include "registry/domain_configuration_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/authorizer_record.h"
#include "registry/authorizer_records.h"
#include "registry/domain_configuration_record.h"
#include "registry/domain_samples.h"
#include "storage/memory_resource_store.h"
#include "storage/scratch_dir.h"

namespace gatehouse::registry {
namespace {

using testing::HasSubstr;

const Tenant here{AccountId("123456789012"), Region("us-east-1")};
const Tenant there{AccountId("210987654321"), Region("us-east-1")};

struct DomainConfigurations : ::testing::Test {
    Outcome<DomainConfiguration> create(const std::string& name, const std::string& domain = "",
                                        NewDomainConfiguration more = {}) {
        more.name = DomainConfigurationName(name);
        more.domain_name = domain;
        return records.create(here, more);
    }
    DescribedDomain described(const std::string& name) {
        return records.describe(here, DomainConfigurationName(name)).value();
    }
    Refusal refusal_of(const Outcome<DomainConfiguration>& outcome) {
        return outcome ? Refusal::InternalFailure : outcome.error().refusal;
    }
    std::string imported(const CertificateImport& import) {
        return certificates.import(here, "", import).value().arn();
    }
    void add_authorizer(const std::string& name,
                        AuthorizerStatus status = AuthorizerStatus::Active) {
        Authorizer authorizer{.tenant = here, .name = AuthorizerName(name), .status = status};
        storage::Batch batch;
        batch.put(key_of(here, authorizer.name), encode(authorizer));
        store.apply(batch).value();
    }

    ManualClock clock{SystemClock().wall_now()};
    SystemRandom random;
    SampleNaming naming;
    storage::ScratchDir folder;
    std::unique_ptr<storage::SecretBox> box =
        storage::SecretBox::open_key_file(folder.path() / "key", random).value();
    storage::MemoryResourceStore store{clock};
    DomainConfigurationRecords records{store, {clock, random, naming}};
    ImportedCertificateRecords certificates{store, {*box, clock, random}};
};

TEST_F(DomainConfigurations, ANameIsMadeUpWhereNoneIsGiven) {
    const auto made = create("Fleet").value();
    EXPECT_THAT(made.domain_name, testing::MatchesRegex("d[a-z2-7]+-ats.iot.us-east-1.gate.test"));
    EXPECT_EQ(made.type, DomainType::AwsManaged);
    EXPECT_THAT(made.arn(), testing::StartsWith(
                                "arn:aws:iot:us-east-1:123456789012:domainconfiguration/Fleet/"));
    EXPECT_EQ(described("Fleet").configuration.arn(), made.arn());
    EXPECT_NE(create("Other").value().domain_name, made.domain_name);
}

TEST_F(DomainConfigurations, EveryFieldIsKept) {
    add_authorizer("Gate");
    const auto made = create("Fleet", "IoT.Customer.Test",
                             {.authorizer = DomainAuthorizer{"Gate", true},
                              .security_policy = "IoTSecurityPolicy_TLS12_1_2_2022_10",
                              .authentication = DomainAuthentication::CustomAuthX509,
                              .protocol = DomainProtocol::SecureMqtt,
                              .ocsp = OcspConfig{.enabled = true},
                              .server_certificate_arn = imported(sample_import()),
                              .tags = {{"team", "a"}}});
    ASSERT_TRUE(made) << made.error().message;
    const auto found = described("Fleet");
    EXPECT_EQ(found.configuration.domain_name, "iot.customer.test") << "names have no case";
    EXPECT_EQ(found.configuration.authorizer, (DomainAuthorizer{"Gate", true}));
    EXPECT_EQ(found.configuration.security_policy, net::SecurityPolicy::Tls12_1_2_2022_10);
    EXPECT_EQ(found.configuration.authentication, DomainAuthentication::CustomAuthX509);
    EXPECT_EQ(found.configuration.protocol, DomainProtocol::SecureMqtt);
    EXPECT_EQ(found.configuration.ocsp, (OcspConfig{.enabled = true}));
    EXPECT_EQ(found.configuration.tags, (Texts{{"team", "a"}}));
    EXPECT_EQ(found.server_certificate->fault, "");
}

TEST_F(DomainConfigurations, AnAuthorizerStaysWhileItIsNamed) {
    AuthorizerRecords authorizers{store, {}};
    const AuthorizerName gate("Gate");
    const auto deleted = [&](const AuthorizerName& name) {
        const auto removed = authorizers.remove(here, name);
        return removed ? std::optional<Refusal>() : removed.error().refusal;
    };
    for (const char* name : {"Gate", "Other"}) add_authorizer(name, AuthorizerStatus::Inactive);
    ASSERT_TRUE(create("Fleet", "", {.authorizer = DomainAuthorizer{"Gate", true}}));
    EXPECT_EQ(deleted(gate), Refusal::DeleteConflict);
    const DomainConfigurationName fleet("Fleet");
    ASSERT_TRUE(records.update(here, fleet, {.authorizer = DomainAuthorizer{"Other", true}}));
    EXPECT_EQ(deleted(gate), std::nullopt);
    EXPECT_EQ(deleted(AuthorizerName("Other")), Refusal::DeleteConflict);
    ASSERT_TRUE(records.update(here, fleet, {.status = DomainStatus::Disabled}));
    ASSERT_TRUE(records.remove(here, fleet));
    EXPECT_EQ(deleted(AuthorizerName("Other")), std::nullopt);
    EXPECT_EQ(refusal_of(create("Fleet", "", {.authorizer = DomainAuthorizer{"Gate", true}})),
              Refusal::InvalidRequest);
}

TEST_F(DomainConfigurations, AFunctionIsAskedWhereCertificatesAreShown) {
    const std::string function = "arn:aws:lambda:us-east-1:123456789012:function:check";
    const DomainConfigurationName fleet("Fleet");
    EXPECT_EQ(refusal_of(create("Fleet", "", {.client_certificate_callback = function})),
              Refusal::InvalidRequest);
    ASSERT_TRUE(create("Fleet", "",
                       {.authentication = DomainAuthentication::AwsX509,
                        .client_certificate_callback = function}));
    EXPECT_EQ(described("Fleet").configuration.client_certificate_callback, function);
    EXPECT_EQ(refusal_of(records.update(here, fleet,
                                        {.authentication = DomainAuthentication::CustomAuth})),
              Refusal::InvalidRequest);
    ASSERT_TRUE(records.update(here, fleet, {.status = DomainStatus::Disabled}));
    EXPECT_EQ(described("Fleet").configuration.client_certificate_callback, function);
    ASSERT_TRUE(records.update(here, fleet, {.client_certificate_callback = ""}));
    EXPECT_EQ(described("Fleet").configuration.client_certificate_callback, "");
}

TEST_F(DomainConfigurations, ADomainNameIsOfOneInTheWholeServer) {
    create("Fleet", "a.gate.test").value();
    EXPECT_EQ(refusal_of(create("Other", "A.gate.test")), Refusal::ResourceAlreadyExists);
    EXPECT_EQ(refusal_of(create("Fleet", "b.gate.test")), Refusal::ResourceAlreadyExists);
    const auto elsewhere = records.create(
        there, {.name = DomainConfigurationName("Fleet"), .domain_name = "a.gate.test"});
    EXPECT_EQ(refusal_of(elsewhere), Refusal::ResourceAlreadyExists);
    EXPECT_EQ(elsewhere.error().resource_arn, "") << "nothing is told of whose it is";
    EXPECT_EQ(refusal_of(create("Own", "gate.test")), Refusal::InvalidRequest);
}

TEST_F(DomainConfigurations, WhatCannotWorkIsRefused) {
    const auto refused = [&](NewDomainConfiguration wanted, const std::string& domain) {
        return refusal_of(create("Fleet", domain, std::move(wanted)));
    };
    EXPECT_EQ(refused({}, "no_name"), Refusal::InvalidRequest);
    EXPECT_EQ(refused({}, "*.gate.test"), Refusal::InvalidRequest);
    EXPECT_EQ(refused({}, "10.0.0.1"), Refusal::InvalidRequest);
    EXPECT_EQ(refused({.security_policy = "TLS"}, ""), Refusal::InvalidRequest);
    EXPECT_EQ(refused({.authorizer = DomainAuthorizer{"Nobody", false}}, ""),
              Refusal::InvalidRequest);
    EXPECT_TRUE(create("BuiltIn", "", {.authorizer = DomainAuthorizer{"built-in", false}}));
    EXPECT_EQ(refused({.authorizer = DomainAuthorizer{"built-in", false},
                       .authentication = DomainAuthentication::CustomAuthX509,
                       .protocol = DomainProtocol::SecureMqtt},
                      ""),
              Refusal::InvalidRequest)
        << "it answers no certificate id";
    EXPECT_EQ(refusal_of(records.update(here, DomainConfigurationName("BuiltIn"),
                                        {.authentication = DomainAuthentication::CustomAuthX509,
                                         .protocol = DomainProtocol::SecureMqtt})),
              Refusal::InvalidRequest);
    for (const OcspConfig& ocsp :
         {OcspConfig{.lambda_arn = "arn"},
          OcspConfig{.lambda_arn = "arn:aws:lambda:us-east-1:999999999999:function:ocsp"},
          OcspConfig{.responder_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a"}}) {
        EXPECT_EQ(refused({.ocsp = ocsp}, ""), Refusal::InvalidRequest);
    }
    EXPECT_EQ(refused({.authentication = DomainAuthentication::AwsX509,
                       .client_certificate_callback = "arn"},
                      ""),
              Refusal::InvalidRequest);
    EXPECT_EQ(refused({.tags = {{"aws:a", "b"}}}, ""), Refusal::InvalidRequest);
    using enum DomainAuthentication;
    const std::pair<DomainAuthentication, DomainProtocol> impossible[] = {
        {AwsX509, DomainProtocol::MqttWss},
        {AwsSigV4, DomainProtocol::SecureMqtt},
        {CustomAuthX509, DomainProtocol::MqttWss},
        {CustomAuthX509, DomainProtocol::Default}};
    for (const auto& [authentication, protocol] : impossible) {
        EXPECT_EQ(refused({.authentication = authentication, .protocol = protocol}, ""),
                  Refusal::InvalidRequest);
    }
}

TEST_F(DomainConfigurations, TheCertificateMustBeForTheName) {
    EXPECT_EQ(refusal_of(create("Fleet", "iot.customer.test")), Refusal::InvalidRequest)
        << "the server's CA may not sign for it";
    const auto with = [&](const std::string& arn) {
        return refusal_of(create("Fleet", "iot.customer.test", {.server_certificate_arn = arn}));
    };
    const std::string other = imported(sample_import("DNS:other.customer.test"));
    EXPECT_EQ(with(other), Refusal::CertificateValidation);
    EXPECT_EQ(with("arn:aws:acm:us-east-1:123456789012:certificate/none"),
              Refusal::CertificateValidation);
    EXPECT_EQ(with("arn:aws:acm:us-east-1:210987654321:certificate/none"), Refusal::InvalidRequest);
    EXPECT_EQ(with(imported(sample_import("DNS:a.test,DNS:b.test,DNS:c.test,DNS:d.test,"
                                          "DNS:iot.customer.test"))),
              Refusal::CertificateValidation)
        << "five names";
    const auto nameless =
        create("Fleet", "iot.customer.test",
               {.server_certificate_arn = imported(sample_import("email:a@customer.test"))});
    EXPECT_THAT(nameless.error().message, HasSubstr("no DNS name"));
    EXPECT_TRUE(
        create("Upper", "upper.customer.test.",
               {.server_certificate_arn = imported(sample_import("DNS:Upper.CUSTOMER.test"))}))
        << "names have no case, nor a dot at their end";
    const std::string shown = imported(sample_import("DNS:*.customer.test"));
    EXPECT_TRUE(create("Fleet", "iot.customer.test", {.server_certificate_arn = shown}));
    certificates
        .import(here, shown,
                sample_import("DNS:*.customer.test,DNS:b.test,DNS:c.test,DNS:d.test,DNS:e.test"))
        .value();
    EXPECT_THAT(described("Fleet").server_certificate->fault, HasSubstr("5 domain names"));
    certificates.import(here, shown, sample_import("DNS:*.customer.test")).value();
    clock.advance(std::chrono::hours(2));
    EXPECT_THAT(described("Fleet").server_certificate->fault, HasSubstr("run out"));
}

TEST_F(DomainConfigurations, AreChangedMemberByMember) {
    add_authorizer("Gate");
    const auto made = create("Fleet").value();
    const DomainConfigurationName name("Fleet");
    clock.advance(std::chrono::minutes(1));
    auto changed = records.update(here, name, {.authorizer = DomainAuthorizer{"Gate", false}});
    EXPECT_EQ(changed.value().status_changed, made.status_changed);
    EXPECT_EQ(changed.value().domain_name, made.domain_name);
    changed = records.update(here, name, {.status = DomainStatus::Disabled});
    EXPECT_GT(changed.value().status_changed, made.status_changed);
    EXPECT_EQ(changed.value().authorizer, (DomainAuthorizer{"Gate", false}));
    changed = records.update(here, name, {.remove_authorizer = true});
    EXPECT_EQ(changed.value().authorizer, std::nullopt);
    EXPECT_EQ(refusal_of(records.update(
                  here, name,
                  {.authorizer = DomainAuthorizer{"Gate", false}, .remove_authorizer = true})),
              Refusal::InvalidRequest);
    EXPECT_EQ(refusal_of(records.update(here, name,
                                        {.authentication = DomainAuthentication::CustomAuthX509})),
              Refusal::InvalidRequest)
        << "its protocol is DEFAULT";
    EXPECT_EQ(refusal_of(records.update(here, DomainConfigurationName("None"), {})),
              Refusal::ResourceNotFound);
}

TEST_F(DomainConfigurations, AreDeletedWhenDisabled) {
    const std::string arn = imported(sample_import());
    create("Fleet", "iot.customer.test", {.server_certificate_arn = arn}).value();
    const DomainConfigurationName name("Fleet");
    const auto refused = records.remove(here, name);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().refusal, Refusal::InvalidRequest);
    EXPECT_EQ(certificates.remove(here, arn).error().refusal, Refusal::DeleteConflict);
    EXPECT_EQ(certificates.describe(here, arn).value().in_use_by,
              (std::vector{described("Fleet").configuration.arn()}));
    records.update(here, name, {.status = DomainStatus::Disabled}).value();
    EXPECT_TRUE(records.remove(here, name));
    EXPECT_EQ(records.remove(here, name).error().refusal, Refusal::ResourceNotFound);
    EXPECT_TRUE(create("Again", "iot.customer.test", {.server_certificate_arn = arn}))
        << "the domain name is free again";
}

TEST_F(DomainConfigurations, ThereAreFewOfThem) {
    for (int i = 0; i < 10; ++i) create("Fleet" + std::to_string(i)).value();
    EXPECT_EQ(refusal_of(create("Fleet10")), Refusal::LimitExceeded);
    EXPECT_EQ(records.all(here).value().size(), 10u);
    EXPECT_TRUE(records.all(there).value().empty());
}

}  // namespace
}  // namespace gatehouse::registry
