#include "authentication/credentials_provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/run_to_end.h"
#include "authentication/custom_authorizer_fixture.h"
#include "certificates/issue.h"
#include "iam/identity_records.h"
#include "registry/certificate_records.h"
#include "registry/event_outbox.h"
#include "registry/policy_records.h"
#include "registry/thing_records.h"
#include "registry/thing_type_records.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::authentication {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

class CredentialsProviderTest : public ::testing::Test {
protected:
    CredentialsProviderTest() {
        const certificates::Validity validity{clock_.wall_now() - std::chrono::hours(1),
                                              clock_.wall_now() + std::chrono::hours(1)};
        const auto authority =
            certificates::make_authority({.common_name = "CA", .validity = validity}, random_)
                .value();
        const auto issued = certificates::issue(authority,
                                                {.common_name = "pump",
                                                 .names = {},
                                                 .validity = validity,
                                                 .purpose = certificates::Purpose::Client},
                                                certificates::NewKey::EcP256, random_)
                                .value();
        certificate_ = certificates::parse_certificate_pem(issued.certificate_pem).value();
        records_
            .add(tenant_,
                 {.pem = issued.certificate_pem, .status = registry::CertificateStatus::Active})
            .value();
    }
    void allow(const std::string& resource) {
        const registry::PolicyName policy("P");
        policies_
            .create(tenant_, policy,
                    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":)"
                    R"("iot:AssumeRoleWithCertificate","Resource":")" +
                        resource + "\"}]}",
                    {})
            .value();
        policies_.attach(tenant_, policy, principal()).value();
    }
    registry::PolicyTarget principal() const {
        return registry::parse_principal(tenant_, registry::arn_of(tenant_, certificate_.id))
            .value();
    }
    void alias(std::uint32_t seconds = 900) {
        registry::RoleAliasRecords(memory_, {})
            .create(tenant_, {.name = registry::RoleAliasName("cloud"),
                              .role_arn = "arn:aws:iam::123456789012:role/device",
                              .credential_seconds = seconds,
                              .tags = {}})
            .value();
    }
    void role(const std::string& service) {
        iam::Identity wanted{.name = {iam::IdentityKind::Role, "device"}};
        wanted.trust_policy =
            R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":")" +
            service + "\"}}}";
        identities_.create(tenant_, wanted).value();
    }
    void thing() {
        registry::ThingTypeRecords(memory_, type_parts_)
            .create(tenant_, {.name = registry::ThingTypeName("Pump")})
            .value();
        things_
            .create(tenant_, {.name = registry::ThingName("pump"),
                              .type = registry::ThingTypeName("Pump"),
                              .billing_group = {},
                              .attributes = {}})
            .value();
        things_
            .attach(tenant_, registry::ThingName("pump"), principal(),
                    registry::PrincipalTie::NonExclusive)
            .value();
    }
    DeviceKeyAnswer provide(std::optional<std::string> thing = {}) {
        auto credentials = std::make_shared<Credentials>();
        credentials->tenant = tenant_;
        credentials->peer.client_certificate = certificate_.der;
        credentials->thing_name = thing ? std::make_unique<const std::string>(*thing) : nullptr;
        credentials->domain = domain_;
        return async::run_to_end(clock_, provider_.provide(std::move(credentials),
                                                           registry::RoleAliasName("cloud"), {}));
    }
    std::pair<unsigned, std::string> refusal(std::optional<std::string> thing = {}) {
        const auto provided = provide(std::move(thing));
        EXPECT_FALSE(provided.key);
        if (provided.key) return {200, ""};
        return {provided.key.error().status, provided.key.error().message};
    }

    void came_by(registry::DomainAuthentication authentication) {
        domain_ = std::make_shared<const registry::DomainConfiguration>(
            registry::DomainConfiguration{.name = registry::DomainConfigurationName("fleet"),
                                          .authentication = authentication});
    }

    const Tenant tenant_{AccountId("123456789012"), Region("us-east-1")};
    std::shared_ptr<const registry::DomainConfiguration> domain_;
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
    registry::ThingTypeRecords::Parts type_parts_{clock_, random_, {}, outbox_};
    const iam::IdentityRecords::Parts identity_parts_{clock_, random_};
    iam::IdentityRecords identities_{memory_, identity_parts_};
    iam::KeyUses uses_;
    iam::AccessJudge judge_{store_, clock_, uses_};
    iam::TemporaryKeys keys_{clock_, random_};
    iam::RoleSessions sessions_{store_, judge_, keys_, clock_};
    struct NobodyListens final : RegistrationListener {
        void certificate_waits(const registry::RegisteredCertificate&, WaitsFor) override {}
    } listener_;
    CertificateAuthenticator certificates_{
        {.store = store_, .clock = clock_, .random = random_, .listener = listener_, .limits = {}}};
    // Of no domain here, so that nobody is asked on its loop.
    async::EventLoop home_{clock_, {}};
    FakeFunctions functions_;
    FakePermissions permissions_;
    logs::NullSink sink_;
    logs::FixedLevel levels_{logs::Level::Debug};
    logs::Metrics metrics_;
    ClientCertificateCallback callback_{{.profile = {}, .admission = {}},
                                        {.home = home_,
                                         .clock = clock_,
                                         .functions = functions_,
                                         .permissions = permissions_,
                                         .events = sink_,
                                         .levels = levels_,
                                         .metrics = metrics_}};
    registry::RoleAliases aliases_{store_, {}};
    CredentialsProvider provider_{{.certificates = certificates_,
                                   .callback = callback_,
                                   .role_aliases = aliases_,
                                   .sessions = sessions_,
                                   .keys = keys_}};
    certificates::Certificate certificate_;
};

// In AWS's words and order.
TEST_F(CredentialsProviderTest, EachThingThatIsMissingIsToldInTurn) {
    EXPECT_EQ(refusal("pump"), std::pair(403U, std::string("Invalid thing name passed")));
    EXPECT_EQ(refusal(), std::pair(403U, std::string("Access Denied")));
    allow("arn:aws:iot:us-east-1:123456789012:rolealias/cloud");
    EXPECT_EQ(refusal(), std::pair(404U, std::string("Role alias does not exist")));
    alias(3601);
    EXPECT_EQ(refusal(), std::pair(400U, std::string("Unable to assume the role, or the role to "
                                                     "assume does not exist")));
    role("credentials.iot.amazonaws.com");
    EXPECT_EQ(refusal(), std::pair(400U, std::string("The requested CredentialDurationSeconds "
                                                     "exceeds the MaxSessionDuration set for the "
                                                     "role")));
}

TEST_F(CredentialsProviderTest, TheKeyIsOfTheRoleAndKnowsTheThing) {
    allow("arn:aws:iot:us-east-1:123456789012:rolealias/cloud");
    alias();
    role("credentials.iot.amazonaws.com");
    thing();
    const auto provided = provide("pump");
    ASSERT_TRUE(provided.key) << provided.key.error().sentence;
    const auto key = keys_.find(iam::AccessKeyId(provided.key->access_key_id));
    ASSERT_TRUE(key);
    EXPECT_EQ(key->principal, "arn:aws:sts::123456789012:assumed-role/device/" +
                                  std::string(certificate_.id.view()));
    EXPECT_EQ(*key->expires, clock_.wall_now() + std::chrono::seconds(900));
    EXPECT_THAT(key->session_facts, Contains(Pair("credentials-iot:ThingName", "pump")));
    EXPECT_THAT(key->session_facts, Contains(Pair("credentials-iot:ThingTypeName", "Pump")));
    EXPECT_THAT(key->session_facts, Contains(Pair("credentials-iot:AwsCertificateId",
                                                  std::string(certificate_.id.view()))));
    const auto unnamed = provide();
    ASSERT_TRUE(unnamed.key);
    EXPECT_EQ(keys_.find(iam::AccessKeyId(unnamed.key->access_key_id))->session_facts.size(), 2U)
        << "the certificate, and when the key was made";
}

TEST_F(CredentialsProviderTest, ARoleThatTrustsSomebodyElseIsNotAssumed) {
    allow("*");
    alias();
    role("lambda.amazonaws.com");
    EXPECT_EQ(refusal().first, 400U);
    EXPECT_THAT(provide().key.error().sentence, HasSubstr("trust policy does not name it"));
}

TEST_F(CredentialsProviderTest, ACertificateThatIsNotActiveGetsNothing) {
    allow("*");
    records_.set_status(tenant_, certificate_.id, registry::CertificateStatus::Inactive).value();
    const auto provided = provide();
    EXPECT_EQ(provided.identity, nullptr);
    EXPECT_EQ(provided.key.error().reason, "DEVICE_CERTIFICATE_INACTIVE");
    certificate_.der.clear();
    EXPECT_EQ(provide().key.error().reason, "NOT_AUTHENTICATED");
}

TEST_F(CredentialsProviderTest, ADomainThatWantsMoreThanACertificateGivesNothingToOne) {
    using enum registry::DomainAuthentication;
    allow("*");
    alias();
    role("credentials.iot.amazonaws.com");
    for (const auto authentication : {CustomAuth, CustomAuthX509, AwsSigV4}) {
        came_by(authentication);
        EXPECT_EQ(refusal().first, 403U);
        EXPECT_THAT(provide().key.error().sentence, HasSubstr("domain configuration 'fleet'"));
    }
    for (const auto authentication : {Default, AwsX509}) {
        came_by(authentication);
        EXPECT_TRUE(provide().key);
    }
}

}  // namespace
}  // namespace gatehouse::authentication
