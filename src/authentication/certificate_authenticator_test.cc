#include "authentication/certificate_authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "async/run_to_end.h"
#include "certificates/issue.h"
#include "certificates/revocation_list_fixture.h"
#include "registry/ca_certificate_records.h"
#include "registry/certificate_records.h"
#include "registry/membership_records.h"
#include "registry/policy_records.h"
#include "registry/thing_group_records.h"
#include "registry/thing_records.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::authentication {
namespace {

using registry::CertificateStatus;
using ::testing::HasSubstr;

class CertificateAuthenticatorTest : public ::testing::Test {
protected:
    CertificateAuthenticatorTest() {
        const certificates::Validity validity{clock_.wall_now() - std::chrono::hours(1),
                                              clock_.wall_now() + std::chrono::hours(1)};
        authority_ =
            certificates::make_authority({.common_name = "CA", .validity = validity}, random_)
                .value();
        pem_ = certificates::issue(authority_,
                                   {.common_name = "lamp-4711",
                                    .names = {},
                                    .validity = validity,
                                    .purpose = certificates::Purpose::Client},
                                   certificates::NewKey::EcP256, random_)
                   .value()
                   .certificate_pem;
        certificate_ = certificates::parse_certificate_pem(pem_).value();
    }
    void add(CertificateStatus status = CertificateStatus::Active) {
        records_.add(tenant_, {.pem = pem_, .status = status}).value();
    }
    void attach(const std::string& name, const std::string& statement) {
        attach(name, statement, principal());
    }
    void attach(const std::string& name, const std::string& statement,
                const registry::PolicyTarget& target) {
        const registry::PolicyName policy(name);
        policies_
            .create(tenant_, policy, R"({"Version":"2012-10-17","Statement":[)" + statement + "]}",
                    {})
            .value();
        policies_.attach(tenant_, policy, target).value();
    }
    registry::PolicyTarget principal() const {
        return registry::parse_principal(tenant_, registry::arn_of(tenant_, certificate_.id))
            .value();
    }
    registry::PolicyTarget group(const std::string& name, const std::string& parent = "") {
        const registry::ThingGroupName group(name);
        groups_.create(tenant_, {.name = group, .parent = registry::ThingGroupName(parent)})
            .value();
        return registry::parse_policy_target(tenant_, arn_of(tenant_, group)).value();
    }
    // SNI_ONLY needs no proof of its key.
    registry::CaCertificate add_authority(
        registry::CaStatus status = registry::CaStatus::Active,
        registry::AutoRegistration automatic = registry::AutoRegistration::Enable) {
        return cas_
            .add(tenant_, {.pem = authority_.certificate_pem,
                           .verification_pem = {},
                           .status = status,
                           .mode = registry::CertificateMode::SniOnly,
                           .auto_registration = automatic,
                           .config = {},
                           .tags = {}})
            .value();
    }
    enum class Sni : bool { None, Endpoint };
    AuthenticationResult connect(const std::string& client_id, Sni sni = Sni::None,
                                 CertificateAuthenticator::Occasion occasion =
                                     CertificateAuthenticator::Occasion::Connection) {
        auto credentials = std::make_shared<Credentials>();
        credentials->tenant = tenant_;
        credentials->peer.client_certificate = certificate_.der;
        credentials->mqtt.emplace();
        credentials->mqtt->client_id = client_id;
        credentials->names_endpoint = sni == Sni::Endpoint;
        return async::run_to_end(clock_, authenticator_.ask(std::move(credentials), occasion, {}));
    }
    // As after a restart: nothing is known but names.
    AuthenticationResult recall(const std::string& client_id) {
        auto credentials = async::run_to_end(
            clock_, authenticator_.credentials_of({.tenant = tenant_,
                                                   .client_id = client_id,
                                                   .certificate_id = certificate_.id.value()}));
        if (!credentials) return std::unexpected(credentials.error());
        return async::run_to_end(
            clock_, authenticator_.ask(std::move(*credentials),
                                       CertificateAuthenticator::Occasion::Review, {}));
    }
    static bool may(const IdentityPtr& identity, policy::Action action, std::string_view what) {
        return identity->policies->decide(action, what).allowed();
    }

    const Tenant tenant_{AccountId("123456789012"), Region("us-east-1")};
    ManualClock clock_;
    SystemRandom random_;
    async::WorkerPool workers_{{.name = "auth-test", .threads = 1}};
    storage::MemoryResourceStore memory_{clock_};
    storage::AsyncResourceStore store_{memory_, workers_};
    registry::CertificateRecords::Parts certificate_parts_{clock_, random_};
    registry::CertificateRecords records_{memory_, certificate_parts_};
    registry::PolicyRecords::Parts policy_parts_{clock_, random_, {}};
    registry::PolicyRecords policies_{memory_, policy_parts_};
    registry::EventOutbox outbox_{clock_, random_};
    registry::ThingRecords::Parts thing_parts_{random_, outbox_};
    registry::ThingRecords things_{memory_, thing_parts_};
    registry::ThingGroupRecords::Parts group_parts_{random_, outbox_};
    registry::ThingGroupRecords groups_{memory_, group_parts_};
    registry::MembershipRecords::Parts membership_parts_{outbox_};
    registry::MembershipRecords memberships_{memory_, membership_parts_};
    struct Waiting final : RegistrationListener {
        void certificate_waits(const registry::RegisteredCertificate& certificate,
                               WaitsFor what) override {
            certificates.push_back(certificate);
            for_what.push_back(what);
        }
        std::vector<registry::RegisteredCertificate> certificates;
        std::vector<WaitsFor> for_what;
    } waiting_;
    CertificateAuthenticator authenticator_{
        {.store = store_, .clock = clock_, .random = random_, .listener = waiting_, .limits = {}}};
    registry::CaCertificateRecords::Parts ca_parts_{clock_, random_};
    registry::CaCertificateRecords cas_{memory_, ca_parts_};
    certificates::AuthorityPem authority_;
    std::string pem_;
    certificates::Certificate certificate_;
};

TEST_F(CertificateAuthenticatorTest, LetsInWhatIsRegisteredAndActive) {
    const auto unknown = connect("lamp");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().reason, "DEVICE_CERTIFICATE_NOT_REGISTERED");
    EXPECT_EQ(unknown.error().type, AuthenticationType::X509);
    add();
    attach("Lamp", R"({"Effect":"Allow","Action":"iot:Publish","Resource":"*"})");
    const auto known = connect("lamp");
    ASSERT_TRUE(known) << known.error().sentence;
    EXPECT_EQ((*known)->type, AuthenticationType::X509);
    EXPECT_EQ((*known)->principal_id, certificate_.id.value());
    EXPECT_TRUE(may(*known, policy::Action::Publish, "a"));
    EXPECT_FALSE(may(*known, policy::Action::Connect, "lamp"));
}

TEST_F(CertificateAuthenticatorTest, StatusesThatLetNobodyIn) {
    add();
    const auto reason_when = [&](CertificateStatus status) {
        records_.set_status(tenant_, certificate_.id, status).value();
        const auto answer = connect("lamp");
        return answer ? std::string("let in") : answer.error().reason;
    };
    EXPECT_EQ(reason_when(CertificateStatus::Inactive), "DEVICE_CERTIFICATE_INACTIVE");
    EXPECT_EQ(reason_when(CertificateStatus::Active), "let in");
    EXPECT_EQ(reason_when(CertificateStatus::Revoked), "DEVICE_CERTIFICATE_REVOKED");
}

// Developer Guide, "Just-in-time registration".
TEST_F(CertificateAuthenticatorTest, ACaRegistersItsDevicesWhenTheyConnect) {
    const auto authority = add_authority();
    const auto without_sni = connect("lamp");
    EXPECT_EQ(without_sni.error().reason, "DEVICE_CERTIFICATE_NOT_REGISTERED") << "SNI_ONLY";
    const auto first = connect("lamp", Sni::Endpoint);
    ASSERT_FALSE(first) << "somebody activates it first";
    EXPECT_EQ(first.error().reason, "DEVICE_CERTIFICATE_INACTIVE");
    EXPECT_THAT(first.error().sentence, HasSubstr("PENDING_ACTIVATION"));
    ASSERT_EQ(waiting_.certificates.size(), 1u);
    EXPECT_EQ(waiting_.certificates[0].id, certificate_.id);
    EXPECT_EQ(waiting_.certificates[0].authority, authority.id);
    EXPECT_EQ(waiting_.for_what[0], WaitsFor::Activation);
    const auto found = records_.describe(tenant_, certificate_.id).value();
    EXPECT_EQ(found.status, CertificateStatus::PendingActivation);
    EXPECT_EQ(found.mode, registry::CertificateMode::SniOnly);
    EXPECT_EQ(certificates::parse_certificate_pem(found.pem)->id, certificate_.id);
    EXPECT_FALSE(connect("lamp", Sni::Endpoint));
    EXPECT_EQ(waiting_.certificates.size(), 2u) << "told again, as long as it waits";
    records_.set_status(tenant_, certificate_.id, CertificateStatus::Active).value();
    EXPECT_TRUE(connect("lamp", Sni::Endpoint));
    EXPECT_EQ(waiting_.certificates.size(), 2u);
}

// Developer Guide, "Just-in-time provisioning".
TEST_F(CertificateAuthenticatorTest, ACaWithATemplateProvisionsItsDevices) {
    const auto id = add_authority().id;
    cas_.change(tenant_, id,
                {.config =
                     registry::RegistrationConfig{
                         .template_body = R"({"Resources":{"c":{"Type":"AWS::IoT::Certificate",)"
                                          R"("Properties":{"CertificateId":)"
                                          R"({"Ref":"AWS::IoT::Certificate::Id"}}}}})",
                         .role_arn = "arn:aws:iam::123456789012:role/Provisioning"}})
        .value();
    const auto first = connect("lamp", Sni::Endpoint);
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().reason, "DEVICE_CERTIFICATE_INACTIVE");
    EXPECT_THAT(first.error().sentence, HasSubstr("provisioned by the CA's template"));
    EXPECT_FALSE(connect("lamp", Sni::Endpoint));
    EXPECT_THAT(waiting_.for_what,
                ::testing::ElementsAre(WaitsFor::Provisioning, WaitsFor::Provisioning));
}

TEST_F(CertificateAuthenticatorTest, CasThatRegisterNobody) {
    const auto reason = [&] { return connect("lamp", Sni::Endpoint).error().reason; };
    using registry::AutoRegistration;
    using registry::CaStatus;
    const auto id = add_authority(CaStatus::Inactive).id;
    EXPECT_EQ(reason(), "DEVICE_CERTIFICATE_NOT_REGISTERED");
    const auto change = [&](CaStatus status, AutoRegistration automatic) {
        cas_.change(tenant_, id, {.status = status, .auto_registration = automatic, .config = {}})
            .value();
    };
    change(CaStatus::Active, AutoRegistration::Disable);
    EXPECT_EQ(reason(), "DEVICE_CERTIFICATE_NOT_REGISTERED");
    change(CaStatus::Active, AutoRegistration::Enable);
    const auto review = connect("lamp", Sni::Endpoint, CertificateAuthenticator::Occasion::Review);
    EXPECT_EQ(review.error().reason, "DEVICE_CERTIFICATE_NOT_REGISTERED")
        << "what is deleted while its device is connected is not made again";
    EXPECT_FALSE(records_.describe(tenant_, certificate_.id));
    EXPECT_EQ(reason(), "DEVICE_CERTIFICATE_INACTIVE");
    // The status of the CA counts when a certificate is registered, and never after.
    records_.set_status(tenant_, certificate_.id, CertificateStatus::Active).value();
    change(CaStatus::Inactive, AutoRegistration::Enable);
    EXPECT_TRUE(connect("lamp", Sni::Endpoint));
}

TEST_F(CertificateAuthenticatorTest, AStrangerOfTheSameNameRegistersNobody) {
    authority_ =
        certificates::make_authority({.common_name = "CA",
                                      .validity = {clock_.wall_now() - std::chrono::hours(1),
                                                   clock_.wall_now() + std::chrono::hours(1)}},
                                     random_)
            .value();
    add_authority();
    EXPECT_EQ(connect("lamp", Sni::Endpoint).error().reason, "DEVICE_CERTIFICATE_NOT_REGISTERED");
    EXPECT_TRUE(waiting_.certificates.empty());
}

// API Reference, CertificateDescription, certificateMode.
TEST_F(CertificateAuthenticatorTest, SniOnlyNeedsTheNameOfAnEndpoint) {
    records_
        .add(tenant_, {.pem = pem_,
                       .status = CertificateStatus::Active,
                       .mode = registry::CertificateMode::SniOnly})
        .value();
    const auto nameless = connect("lamp");
    ASSERT_FALSE(nameless);
    EXPECT_EQ(nameless.error().reason, "SNI_MISUSED");
    EXPECT_TRUE(connect("lamp", Sni::Endpoint));
}

TEST_F(CertificateAuthenticatorTest, OutsideItsValidityACertificateLetsNobodyIn) {
    add();
    clock_.advance(std::chrono::hours(2));
    const auto late = connect("lamp");
    ASSERT_FALSE(late);
    EXPECT_THAT(late.error().sentence, HasSubstr("has run out"));
}

TEST_F(CertificateAuthenticatorTest, PoliciesAskForTheCertificateAndTheThing) {
    add();
    attach("Subject", R"({"Effect":"Allow","Action":"iot:Publish",)"
                      R"("Resource":"arn:aws:iot:us-east-1:123456789012:topic/)"
                      R"(${iot:Certificate.Subject.CommonName}"})");
    attach("Thing", R"({"Effect":"Allow","Action":"iot:Publish",)"
                    R"("Resource":"arn:aws:iot:us-east-1:123456789012:topic/things/)"
                    R"(${iot:Connection.Thing.ThingName}"})");
    things_.create(tenant_, {.name = registry::ThingName("lamp")}).value();
    auto identity = connect("lamp").value();
    EXPECT_TRUE(may(identity, policy::Action::Publish, "lamp-4711"));
    EXPECT_FALSE(may(identity, policy::Action::Publish, "things/lamp")) << "it is not attached";
    things_
        .attach(tenant_, registry::ThingName("lamp"), principal(),
                registry::PrincipalTie::NonExclusive)
        .value();
    identity = connect("lamp").value();
    EXPECT_TRUE(may(identity, policy::Action::Publish, "things/lamp"));
    EXPECT_FALSE(may(connect("other").value(), policy::Action::Publish, "things/lamp"));
    things_
        .attach(tenant_, registry::ThingName("lamp"), principal(),
                registry::PrincipalTie::Exclusive)
        .value();
    EXPECT_TRUE(may(connect("other").value(), policy::Action::Publish, "things/lamp"))
        << "bound to the thing, whatever the client id";
}

// Developer Guide, "Static thing groups": policies are inherited downwards.
TEST_F(CertificateAuthenticatorTest, PoliciesOfTheThingsGroupsCount) {
    add();
    const registry::ThingName lamp("lamp");
    const auto allow = [](const std::string& topic) {
        return R"({"Effect":"Allow","Action":"iot:Publish",)"
               R"("Resource":"arn:aws:iot:us-east-1:123456789012:topic/)" +
               topic + R"("})";
    };
    attach("Root", allow("root"), group("root"));
    attach("Child", allow("child"), group("child", "root"));
    attach("Sister", allow("sister"), group("sister", "root"));
    things_.create(tenant_, {.name = lamp}).value();
    memberships_.change(tenant_, lamp, {.join = {registry::ThingGroupName("child")}}).value();
    EXPECT_FALSE(may(connect("lamp").value(), policy::Action::Publish, "child"))
        << "the thing is not attached to the certificate";
    things_.attach(tenant_, lamp, principal(), registry::PrincipalTie::NonExclusive).value();
    auto identity = connect("lamp").value();
    EXPECT_TRUE(may(identity, policy::Action::Publish, "root"));
    EXPECT_TRUE(may(identity, policy::Action::Publish, "child"));
    EXPECT_FALSE(may(identity, policy::Action::Publish, "sister"));
    EXPECT_THAT(identity->policies->explain(policy::Action::Publish, "root").sentence,
                HasSubstr("policy 'Root' of thing group 'root'"));
    EXPECT_FALSE(may(connect("other").value(), policy::Action::Publish, "child"));
    things_.attach(tenant_, lamp, principal(), registry::PrincipalTie::Exclusive).value();
    EXPECT_FALSE(may(connect("other").value(), policy::Action::Publish, "child"))
        << "the client id is not the thing's name";
    memberships_.change(tenant_, lamp, {.leave = {registry::ThingGroupName("child")}}).value();
    EXPECT_FALSE(may(connect("lamp").value(), policy::Action::Publish, "child"));
}

TEST_F(CertificateAuthenticatorTest, TheVersionThatCountsDecides) {
    add();
    attach("P", R"({"Effect":"Allow","Action":"iot:Publish","Resource":"*"})");
    ASSERT_TRUE(may(connect("a").value(), policy::Action::Publish, "t"));
    policies_
        .create_version(tenant_, registry::PolicyName("P"),
                        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)"
                        R"("Action":"iot:Subscribe","Resource":"*"}]})",
                        registry::SetAsDefault::Yes)
        .value();
    EXPECT_FALSE(may(connect("a").value(), policy::Action::Publish, "t"));
    policies_.detach(tenant_, registry::PolicyName("P"), principal()).value();
    EXPECT_FALSE(may(connect("a").value(), policy::Action::Subscribe, "t"));
}

TEST_F(CertificateAuthenticatorTest, WhatItsIssuerRevokedIsNotLetIn) {
    add();
    const auto identity = connect("lamp");
    ASSERT_TRUE(identity) << identity.error().sentence;
    const std::string path = ::testing::TempDir() + "certificate-authenticator-test.crl";
    const auto take = [&](std::vector<std::string> revoked) {
        std::ofstream(path) << authority_.certificate_pem
                            << certificates::RevocationListMaker::pem(
                                   authority_, {.revoked = std::move(revoked),
                                                .reason = CRL_REASON_SUPERSEDED,
                                                .made = clock_.wall_now(),
                                                .next_update = std::nullopt});
        authenticator_.take_revocations(certificates::RevocationLists::read(path).value());
        std::filesystem::remove(path);
    };
    take({pem_});
    EXPECT_TRUE(authenticator_.is_outdated(**identity, tenant_, "lamp"));
    const auto refused = connect("lamp");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, "DEVICE_CERTIFICATE_REVOKED");
    EXPECT_THAT(refused.error().sentence, HasSubstr("on the revocation list of its issuer, CN=CA"));
    EXPECT_THAT(refused.error().sentence, HasSubstr("(superseded)"));
    take({});
    EXPECT_TRUE(connect("lamp"));
}

TEST_F(CertificateAuthenticatorTest, WhoIsAbsentIsReadFromTheRegistry) {
    EXPECT_EQ(recall("lamp").error().reason, "DEVICE_CERTIFICATE_NOT_REGISTERED");
    records_
        .add(tenant_, {.pem = pem_,
                       .status = CertificateStatus::Active,
                       .mode = registry::CertificateMode::SniOnly})
        .value();
    attach("Own", R"({"Effect":"Allow","Action":"iot:Publish","Resource":"arn:aws:iot:us-east-1:)"
                  R"(123456789012:topic/${iot:Certificate.Subject.CommonName}/${iot:ClientId}"})");
    const auto known = recall("lamp");
    ASSERT_TRUE(known) << known.error().sentence;
    EXPECT_TRUE(may(*known, policy::Action::Publish, "lamp-4711/lamp"));
    EXPECT_FALSE(may(*known, policy::Action::Publish, "lamp-4711/other"));
    records_.set_status(tenant_, certificate_.id, CertificateStatus::Revoked).value();
    EXPECT_EQ(recall("lamp").error().reason, "DEVICE_CERTIFICATE_REVOKED");
}

TEST_F(CertificateAuthenticatorTest, AnIdentityIsOutdatedByWhatConcernsIt) {
    add();
    const auto identity = connect("lamp");
    ASSERT_TRUE(identity);
    const auto is_outdated = [&](const std::string& client_id) {
        return authenticator_.is_outdated(**identity, tenant_, client_id);
    };
    const Tenant elsewhere{AccountId("210987654321"), Region("us-east-1")};
    authenticator_.note({.tenant = tenant_, .client_ids = {"switch"}});
    authenticator_.note({.tenant = elsewhere, .certificates = {certificate_.id}});
    EXPECT_FALSE(is_outdated("lamp"));
    authenticator_.note({.tenant = tenant_, .client_ids = {"lamp"}});
    EXPECT_TRUE(is_outdated("lamp"));
    const auto again = connect("lamp");
    EXPECT_FALSE(authenticator_.is_outdated(**again, tenant_, "lamp"));
    authenticator_.note({.tenant = tenant_, .certificates = {certificate_.id}});
    EXPECT_TRUE(authenticator_.is_outdated(**again, tenant_, "lamp"));
    const auto third = connect("lamp");
    authenticator_.note({.tenant = tenant_, .is_everyone = true});
    EXPECT_TRUE(authenticator_.is_outdated(**third, tenant_, "lamp"));
}

}  // namespace
}  // namespace gatehouse::authentication
