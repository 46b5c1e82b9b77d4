#include "registry/provisioning_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certificates/issue.h"
#include "registry/billing_group_records.h"
#include "registry/ca_certificate_records.h"
#include "registry/overtaken_store.h"
#include "registry/registered_certificate_record.h"
#include "registry/thing_group_records.h"
#include "registry/thing_record.h"
#include "registry/thing_type_records.h"
#include "storage/memory_resource_store.h"
#include "storage/scratch_dir.h"

namespace gatehouse::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* allow_connect =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"*"}]})";
constexpr const char* certificate_by_id =
    R"({"Type":"AWS::IoT::Certificate","Properties":{"CertificateId":{"Ref":"AWS::IoT::Certificate::Id"}}})";

class ProvisioningRecordsTest : public ::testing::Test {
protected:
    certificates::Validity validity() const {
        return {clock_.wall_now(), clock_.wall_now() + std::chrono::days(9)};
    }
    std::string issue(const std::string& name) {
        return certificates::issue(factory_,
                                   {.common_name = name,
                                    .names = {},
                                    .validity = validity(),
                                    .purpose = certificates::Purpose::Client},
                                   certificates::NewKey::EcP256, random_)
            .value()
            .certificate_pem;
    }
    // A CA whose devices are provisioned by the template.
    CaCertificate add_authority(const std::string& body) {
        return CaCertificateRecords(memory_, ca_parts_)
            .add(tenant_, {.pem = factory_.certificate_pem,
                           .status = CaStatus::Active,
                           .mode = CertificateMode::SniOnly,
                           .auto_registration = AutoRegistration::Enable,
                           .config = {.template_body = body,
                                      .role_arn = "arn:aws:iam::000000000000:role/Provisioning"}})
            .value();
    }
    // A device's first connection.
    CertificateId arrive(const std::string& name) {
        const auto facts = certificates::parse_certificate_pem(issue(name)).value();
        return CertificateRecords(memory_, parts_.certificates)
            .add_just_in_time(tenant_, facts.der, EndpointNamed::Yes)
            .value()
            .value()
            .id;
    }
    // {"Resources": {"thing": …, "certificate": …, "policy": …}}, of a certificate by its id.
    static std::string body_of(const std::string& thing_properties,
                               const std::string& overrides = "{}",
                               const std::string& policy = R"({"PolicyName":"Connect"})") {
        return R"({"Parameters":{"AWS::IoT::Certificate::CommonName":{"Type":"String"}},)"
               R"("Resources":{"thing":{"Type":"AWS::IoT::Thing","Properties":{)"
               R"("ThingName":{"Ref":"AWS::IoT::Certificate::CommonName"})" +
               thing_properties + R"(},"OverrideSettings":)" + overrides + R"(},"certificate":)" +
               certificate_by_id + R"(,"policy":{"Type":"AWS::IoT::Policy","Properties":)" +
               policy + "}}}";
    }
    Texts parameters(const CertificateId& id, const std::string& name = "lamp") const {
        return {{"AWS::IoT::Certificate::CommonName", name},
                {std::string(certificate_id_parameter), id.value()}};
    }
    CertificateId add_certificate(CertificateStatus status = CertificateStatus::Inactive) {
        return CertificateRecords(memory_, parts_.certificates)
            .add(tenant_, {.pem = issue("device"), .status = status})
            .value()
            .id;
    }
    Outcome<std::optional<Provisioned>> just_in_time(const CertificateId& id,
                                                     storage::ResourceStore& store) {
        ProvisioningRecords records(store, parts_);
        const auto plan = records.plan_just_in_time(tenant_, id);
        if (!plan) return refuse(plan.error());
        if (!*plan) return std::optional<Provisioned>();
        EXPECT_EQ((*plan)->role_arn, "arn:aws:iam::000000000000:role/Provisioning");
        return records.provision_just_in_time(tenant_, id, **plan);
    }
    CertificateStatus status_of(const CertificateId& id) {
        return CertificateRecords(memory_, parts_.certificates).describe(tenant_, id)->status;
    }
    Thing thing(const std::string& name = "lamp") {
        return ThingRecords(memory_, parts_.things).describe(tenant_, ThingName(name)).value();
    }
    std::vector<std::string> groups(const std::string& name = "lamp") {
        return MembershipRecords(memory_, parts_.memberships)
            .groups_of(tenant_, ThingName(name), {.page_size = 20})
            .value()
            .items;
    }
    std::vector<std::string> principals(const std::string& name = "lamp") {
        return ThingRecords(memory_, parts_.things)
            .principals_of(tenant_, ThingName(name), {.page_size = 10})
            .value()
            .items;
    }
    std::vector<std::string> policies(const CertificateId& id) {
        return policies_at(memory_, tenant_, arn_of(tenant_, id)).value();
    }
    void make_surroundings() {
        for (const char* name : {"hall", "cellar", "EU"}) {
            ThingGroupRecords::Parts parts{random_, outbox_};
            ThingGroupRecords(memory_, parts)
                .create(tenant_, {.name = ThingGroupName(name)})
                .value();
        }
        ThingTypeRecords::Parts types{clock_, random_, {}, outbox_};
        ThingTypeRecords(memory_, types).create(tenant_, {.name = ThingTypeName("Lamp")}).value();
        BillingGroupRecords::Parts billing{random_};
        BillingGroupRecords(memory_, billing)
            .create(tenant_, {.name = BillingGroupName("north")})
            .value();
        PolicyRecords(memory_, parts_.policies)
            .create(tenant_, PolicyName("Connect"), allow_connect, {})
            .value();
    }
    std::size_t things() { return memory_.count(tenant_, thing_kind).value(); }

    const Tenant tenant_{AccountId("000000000000"), Region("us-east-1")};
    ManualClock clock_;
    SystemRandom random_;
    storage::MemoryResourceStore memory_{clock_};
    OvertakenStore store_{memory_};
    EventOutbox outbox_{clock_, random_};
    storage::ScratchDir folder_;
    std::unique_ptr<certificates::LocalAuthority> authority_ =
        certificates::LocalAuthority::open_or_create(folder_.path(), {}, clock_, random_).value();
    ProvisioningParts parts_{.things = {random_, outbox_},
                             .memberships = {outbox_},
                             .certificates = {clock_, random_},
                             .policies = {clock_, random_, {}},
                             .authority = *authority_};
    CaCertificateRecords::Parts ca_parts_{clock_, random_};
    ProvisioningRecords records_{store_, parts_};
    certificates::AuthorityPem factory_ =
        certificates::make_authority({.common_name = "Factory",
                                      .validity = validity(),
                                      .purpose = certificates::Purpose::Client,
                                      .permitted_dns = {},
                                      .permitted_networks = {}},
                                     random_)
            .value();
};

TEST_F(ProvisioningRecordsTest, MakesAndTiesAll) {
    make_surroundings();
    const CertificateId id = add_certificate();
    const auto made = records_.register_thing(
        tenant_,
        body_of(R"(,"AttributePayload":{"color":"red"},"ThingTypeName":"Lamp","ThingGroups":)"
                R"(["hall","EU"],"BillingGroup":"north")"),
        parameters(id));
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->resource_arns.at("thing"), arn_of(tenant_, ThingName("lamp")));
    EXPECT_EQ(made->resource_arns.at("certificate"), arn_of(tenant_, id));
    EXPECT_EQ(made->resource_arns.at("policy"), arn_of(tenant_, PolicyName("Connect")));
    EXPECT_THAT(made->certificate_pem, HasSubstr("BEGIN CERTIFICATE"));
    EXPECT_EQ(thing().attributes, (Texts{{"color", "red"}}));
    EXPECT_EQ(thing().type.view(), "Lamp");
    EXPECT_EQ(thing().billing_group.view(), "north");
    EXPECT_THAT(groups(), ElementsAre("EU", "hall"));
    EXPECT_THAT(principals(), ElementsAre(arn_of(tenant_, id)));
    EXPECT_THAT(policies(id), ElementsAre("Connect"));
}

TEST_F(ProvisioningRecordsTest, APolicyOfADocumentIsMadeOnce) {
    const std::string document = R"({"PolicyDocument":)" + quote_json(allow_connect) + "}";
    for (const char* name : {"lamp", "pump"}) {
        const CertificateId id = add_certificate();
        const auto made =
            records_.register_thing(tenant_, body_of("", "{}", document), parameters(id, name));
        ASSERT_TRUE(made) << made.error().message;
        EXPECT_EQ(policies(id).size(), 1u);
        EXPECT_EQ(policies(id).front().size(), 64u) << "a hash";
    }
    EXPECT_EQ(PolicyRecords(memory_, parts_.policies).list(tenant_, {.page_size = 9})->items.size(),
              1u);
    const auto malformed = records_.register_thing(
        tenant_, body_of("", "{}", R"({"PolicyDocument":"{}"})"), parameters(add_certificate()));
    ASSERT_FALSE(malformed);
    EXPECT_EQ(malformed.error().refusal, Refusal::ResourceRegistrationFailure);
    EXPECT_THAT(malformed.error().message, HasSubstr("MalformedPolicyException"));
}

TEST_F(ProvisioningRecordsTest, APolicyOfADocumentHasToSayWhatTheDocumentSays) {
    const std::string document = R"({"PolicyDocument":)" + quote_json(allow_connect) + "}";
    PolicyRecords policy_records(memory_, parts_.policies);
    const CertificateId id = add_certificate();
    ASSERT_TRUE(records_.register_thing(tenant_, body_of("", "{}", document), parameters(id)));
    const PolicyName name(policies(id).front());
    std::string other = allow_connect;
    other.replace(other.find("iot:Connect"), 11, "iot:*");
    ASSERT_TRUE(policy_records.create_version(tenant_, name, other, SetAsDefault::Yes));
    const CertificateId next = add_certificate();
    const auto made =
        records_.register_thing(tenant_, body_of("", "{}", document), parameters(next, "pump"));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().refusal, Refusal::ResourceRegistrationFailure);
    EXPECT_THAT(made.error().message, HasSubstr("says something else"));
    EXPECT_THAT(policies(next), IsEmpty());
    ASSERT_TRUE(policy_records.set_default(tenant_, name, PolicyVersionId(1)));
    EXPECT_TRUE(
        records_.register_thing(tenant_, body_of("", "{}", document), parameters(next, "pump")));
}

TEST_F(ProvisioningRecordsTest, LeavesNothingHalfMade) {
    make_surroundings();
    const CertificateId id = add_certificate();
    for (const char* wrong : {R"(,"ThingGroups":["hall","attic"])", R"(,"ThingTypeName":"Pump")",
                              R"(,"BillingGroup":"south")"}) {
        const auto made = records_.register_thing(tenant_, body_of(wrong), parameters(id));
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().refusal, Refusal::ResourceRegistrationFailure);
        EXPECT_THAT(made.error().message, HasSubstr("ResourceNotFoundException"));
    }
    const auto no_policy = records_.register_thing(
        tenant_, body_of("", "{}", R"({"PolicyName":"Nobody"})"), parameters(id));
    ASSERT_FALSE(no_policy);
    EXPECT_EQ(things(), 0u);
    EXPECT_THAT(policies(id), IsEmpty());
    EXPECT_EQ(status_of(id), CertificateStatus::Inactive);
    EXPECT_TRUE(records_.register_thing(tenant_, body_of(""), parameters(id)))
        << "and it may be tried again";
}

TEST_F(ProvisioningRecordsTest, AThingThatIsThereStaysUnlessSaidOtherwise) {
    make_surroundings();
    const CertificateId id = add_certificate();
    const std::string first =
        R"(,"AttributePayload":{"a":"1","b":"2"},"ThingGroups":["hall"],"ThingTypeName":"Lamp")";
    const std::string second = R"(,"AttributePayload":{"b":"3"},"ThingGroups":["cellar"])";
    const auto again = [&](const std::string& overrides) {
        return records_.register_thing(tenant_, body_of(second, overrides), parameters(id));
    };
    ASSERT_TRUE(records_.register_thing(tenant_, body_of(first), parameters(id)));
    ASSERT_TRUE(again("{}"));
    EXPECT_EQ(thing().attributes, (Texts{{"a", "1"}, {"b", "2"}}));
    EXPECT_EQ(thing().version, 1u);
    EXPECT_THAT(groups(), ElementsAre("hall"));
    ASSERT_TRUE(again(R"({"AttributePayload":"MERGE","ThingGroups":"MERGE"})"));
    EXPECT_EQ(thing().attributes, (Texts{{"a", "1"}, {"b", "3"}}));
    EXPECT_THAT(groups(), ElementsAre("cellar", "hall"));
    EXPECT_EQ(thing().version, 2u);
    ASSERT_TRUE(again(R"({"ATTRIBUTE_PAYLOAD":"REPLACE","THING_GROUPS":"REPLACE"})"));
    EXPECT_EQ(thing().attributes, (Texts{{"b", "3"}}));
    EXPECT_THAT(groups(), ElementsAre("cellar"));
    EXPECT_EQ(thing().type.view(), "Lamp");
    ASSERT_TRUE(again(R"({"AttributePayload":"REPLACE","ThingGroups":"REPLACE"})"));
    EXPECT_EQ(thing().version, 3u) << "what is so already is not written again";
    for (const char* key : {"AttributePayload", "ThingGroups"}) {
        const auto refused = again(R"({")" + std::string(key) + R"(":"FAIL"})");
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().refusal, Refusal::ResourceRegistrationFailure);
        EXPECT_THAT(refused.error().message, HasSubstr("ResourceConflictsException"));
    }
}

TEST_F(ProvisioningRecordsTest, NoGroupIsLeftThatWasNotAskedAbout) {
    make_surroundings();
    const std::string body = body_of(R"(,"ThingGroups":["hall"])", R"({"ThingGroups":"REPLACE"})");
    const auto texts = parameters(add_certificate());
    auto plan = records_.plan_registration(tenant_, body, texts).value();
    ASSERT_TRUE(records_.register_thing(tenant_, body_of(R"(,"ThingGroups":["cellar"])"), texts));
    const auto refused = records_.register_thing(tenant_, plan);
    EXPECT_EQ(refused.error().refusal, Refusal::ConflictingResourceUpdate);
    EXPECT_THAT(groups(), ElementsAre("cellar"));
    plan = records_.plan_registration(tenant_, body, texts).value();
    ASSERT_TRUE(records_.register_thing(tenant_, plan));
    EXPECT_THAT(groups(), ElementsAre("hall"));
}

TEST_F(ProvisioningRecordsTest, StatusOfACertificateThatIsThere) {
    make_surroundings();
    const auto with = [](std::string properties, const std::string& overrides) {
        return R"({"Resources":{"c":{"Type":"AWS::IoT::Certificate","Properties":)" +
               std::move(properties) + R"(,"OverrideSettings":)" + overrides + "}}}";
    };
    const auto set = [&](const CertificateId& id, const std::string& status,
                         const std::string& overrides = "{}") {
        return records_.register_thing(
            tenant_, with(R"({"CertificateId":")" + id.value() + "\"" + status + "}", overrides),
            {});
    };
    const CertificateId id = add_certificate();
    ASSERT_TRUE(set(id, ""));
    EXPECT_EQ(status_of(id), CertificateStatus::Inactive) << "the template names none";
    ASSERT_TRUE(set(id, R"(,"Status":"ACTIVE")", R"({"Status":"DO_NOTHING"})"));
    EXPECT_EQ(status_of(id), CertificateStatus::Inactive);
    EXPECT_FALSE(set(id, R"(,"Status":"ACTIVE")", R"({"Status":"FAIL"})"));
    ASSERT_TRUE(set(id, R"(,"Status":"ACTIVE")"));
    EXPECT_EQ(status_of(id), CertificateStatus::Active);
    ASSERT_TRUE(set(id, R"(,"Status":"Inactive")", R"({"Status":"REPLACE"})"));
    EXPECT_EQ(status_of(id), CertificateStatus::Inactive);
    CertificateRecords(memory_, parts_.certificates)
        .set_status(tenant_, id, CertificateStatus::Revoked)
        .value();
    const auto revoked = set(id, R"(,"Status":"ACTIVE")");
    ASSERT_FALSE(revoked);
    EXPECT_THAT(revoked.error().message, HasSubstr("revoked, for good"));
    EXPECT_FALSE(set(CertificateId(std::string(64, 'a')), ""));
}

TEST_F(ProvisioningRecordsTest, ACertificateAsPem) {
    const auto with = [](const std::string& pem) {
        return R"({"Resources":{"c":{"Type":"AWS::IoT::Certificate","Properties":)"
               R"({"CertificatePem":)" +
               quote_json(pem) + "}}}}";
    };
    const std::string pem = issue("lamp");
    const auto unknown = records_.register_thing(tenant_, with(pem), {});
    ASSERT_FALSE(unknown);
    EXPECT_THAT(unknown.error().message, HasSubstr("CertificateValidationException"));
    const auto ca = add_authority(body_of(""));
    const auto made = records_.register_thing(tenant_, with(pem), {});
    ASSERT_TRUE(made) << made.error().message;
    const auto id = certificates::parse_certificate_pem(pem)->id;
    EXPECT_EQ(status_of(id), CertificateStatus::Active);
    const auto again = records_.register_thing(tenant_, with(pem), {});
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->resource_arns, made->resource_arns);
    EXPECT_FALSE(records_.register_thing(tenant_, with("no certificate"), {}));
}

TEST_F(ProvisioningRecordsTest, TenPoliciesAtMost) {
    make_surroundings();
    const CertificateId id = add_certificate();
    PolicyRecords policy_records(memory_, parts_.policies);
    for (int i = 0; i < 10; ++i) {
        const PolicyName name("p" + std::to_string(i));
        policy_records.create(tenant_, name, allow_connect, {}).value();
        policy_records
            .attach(tenant_, name,
                    {PolicyTarget::Kind::Certificate, id.value(), arn_of(tenant_, id)})
            .value();
    }
    const auto made = records_.register_thing(tenant_, body_of(""), parameters(id));
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message, HasSubstr("LimitExceededException"));
    EXPECT_TRUE(records_.register_thing(tenant_, body_of("", "{}", R"({"PolicyName":"p3"})"),
                                        parameters(id)));
}

TEST_F(ProvisioningRecordsTest, WhatTheRequestGetsWrong) {
    const auto unreadable = records_.register_thing(tenant_, "{}", {});
    ASSERT_FALSE(unreadable);
    EXPECT_EQ(unreadable.error().refusal, Refusal::InvalidRequest);
    EXPECT_EQ(unreadable.error().field, "templateBody");
    const auto missing = records_.register_thing(tenant_, body_of(""), {});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().refusal, Refusal::InvalidRequest);
    EXPECT_THAT(missing.error().message, HasSubstr("CommonName"));
    const auto request =
        records_.register_thing(tenant_,
                                R"({"Resources":{"c":{"Type":"AWS::IoT::Certificate","Properties":)"
                                R"({"CertificateSigningRequest":"x"}}}})",
                                {});
    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().refusal, Refusal::ResourceRegistrationFailure);
}

TEST_F(ProvisioningRecordsTest, TriesAgainWhenOvertaken) {
    make_surroundings();
    const CertificateId id = add_certificate();
    int times = 0;
    store_.before_apply = [&](storage::ResourceStore& store) {
        if (times++ > 0) return;
        ThingRecords(store, parts_.things)
            .create(tenant_, {.name = ThingName("lamp"), .attributes = {{"a", "1"}}})
            .value();
    };
    const auto made = records_.register_thing(
        tenant_, body_of(R"(,"AttributePayload":{"b":"2"})", R"({"AttributePayload":"MERGE"})"),
        parameters(id));
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(thing().attributes, (Texts{{"a", "1"}, {"b", "2"}}));
    store_.before_apply = [&](storage::ResourceStore& store) {
        ThingRecords(store, parts_.things)
            .update(tenant_, ThingName("lamp"), {.attributes = Texts{}})
            .value();
    };
    const auto never = records_.register_thing(tenant_, body_of(""), parameters(id));
    ASSERT_FALSE(never);
    EXPECT_EQ(never.error().refusal, Refusal::ConflictingResourceUpdate);
}

TEST_F(ProvisioningRecordsTest, JustInTime) {
    make_surroundings();
    const auto ca = add_authority(body_of(R"(,"ThingGroups":["hall"])"));
    const CertificateId id = arrive("lamp");
    EXPECT_EQ(status_of(id), CertificateStatus::PendingActivation);
    CertificateRecords certificates(memory_, parts_.certificates);
    EXPECT_TRUE(*waits_for_provisioning(memory_, *certificates.describe(tenant_, id)));
    const auto made = just_in_time(id, store_);
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_TRUE(*made);
    EXPECT_EQ((*made)->thing.view(), "lamp");
    EXPECT_EQ(status_of(id), CertificateStatus::Active);
    EXPECT_THAT(principals(), ElementsAre(arn_of(tenant_, id)));
    EXPECT_FALSE(*waits_for_provisioning(memory_, *certificates.describe(tenant_, id)));
    const auto again = just_in_time(id, store_);
    ASSERT_TRUE(again);
    EXPECT_FALSE(*again) << "nothing is left to do";
}

TEST_F(ProvisioningRecordsTest, JustInTimeOfTwoOneProvisions) {
    make_surroundings();
    add_authority(body_of(R"(,"AttributePayload":{"a":"1"})"));
    const CertificateId id = arrive("lamp");
    int times = 0;
    store_.before_apply = [&](storage::ResourceStore& store) {
        if (times++ > 0) return;
        ASSERT_TRUE(*just_in_time(id, store));
    };
    const auto made = just_in_time(id, store_);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_FALSE(*made);
    EXPECT_EQ(thing().version, 1u);
}

TEST_F(ProvisioningRecordsTest, JustInTimeTheAuthorityIsAsItWasWhenTheRoleWasAsked) {
    make_surroundings();
    const auto ca = add_authority(body_of(""));
    const CertificateId id = arrive("lamp");
    store_.before_apply = [&](storage::ResourceStore& store) {
        CaCertificateRecords cas(store, ca_parts_);
        static_cast<void>(cas.change(tenant_, ca.id, {.status = CaStatus::Inactive}));
    };
    EXPECT_EQ(just_in_time(id, store_).error().refusal, Refusal::ConflictingResourceUpdate);
    EXPECT_EQ(things(), 0u);
}

TEST_F(ProvisioningRecordsTest, JustInTimeWhatFailsIsTriedAgain) {
    add_authority(body_of(R"(,"ThingGroups":["hall"])"));
    const CertificateId id = arrive("lamp");
    const auto failed = just_in_time(id, store_);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().refusal, Refusal::ResourceRegistrationFailure);
    EXPECT_EQ(status_of(id), CertificateStatus::PendingActivation);
    EXPECT_EQ(things(), 0u);
    make_surroundings();
    EXPECT_TRUE(just_in_time(id, store_));
    EXPECT_EQ(status_of(id), CertificateStatus::Active);
}

TEST_F(ProvisioningRecordsTest, JustInTimeOnlyWhileTheAuthorityRegistersDevices) {
    make_surroundings();
    const auto ca = add_authority(body_of(""));
    const CertificateId id = arrive("lamp");
    CaCertificateRecords cas(memory_, ca_parts_);
    cas.change(tenant_, ca.id, {.status = CaStatus::Inactive}).value();
    const auto made = just_in_time(id, store_);
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message, HasSubstr("registers no devices"));
    cas.change(tenant_, ca.id, {.remove_auto_registration = true}).value();
    EXPECT_FALSE(*waits_for_provisioning(
        memory_, *CertificateRecords(memory_, parts_.certificates).describe(tenant_, id)))
        << "for somebody who activates it";
}

TEST_F(ProvisioningRecordsTest, WhatAnAuthorityMayNotSay) {
    CaCertificateRecords cas(memory_, ca_parts_);
    const auto refused = [&](const RegistrationConfig& config) {
        return cas
            .add(tenant_, {.pem = factory_.certificate_pem,
                           .mode = CertificateMode::SniOnly,
                           .config = config})
            .error();
    };
    const std::string role = "arn:aws:iam::000000000000:role/Provisioning";
    EXPECT_THAT(refused({.template_body = body_of("")}).message, HasSubstr("needs a roleArn"));
    EXPECT_THAT(refused({.template_body = body_of(""), .role_arn = "Provisioning"}).message,
                HasSubstr("is not the ARN of a role"));
    EXPECT_EQ(refused({.template_name = "lamps"}).refusal, Refusal::ResourceNotFound);
    const auto unreadable = refused({.template_body = "{}", .role_arn = role});
    EXPECT_EQ(unreadable.refusal, Refusal::InvalidRequest);
    EXPECT_THAT(unreadable.message, HasSubstr("Resources"));
    EXPECT_THAT(refused({.template_body = R"({"Resources":{"t":{"Type":"AWS::IoT::Thing",)"
                                          R"("Properties":{"ThingName":"t"}}}})",
                         .role_arn = role})
                    .message,
                HasSubstr("AWS::IoT::Certificate::Id"));
}

}  // namespace
}  // namespace gatehouse::registry
