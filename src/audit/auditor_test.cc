#include "audit/auditor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/scheduled_audit_records.h"
#include "certificates/issue.h"
#include "iam/identity_records.h"
#include "registry/ca_certificate_records.h"
#include "registry/certificate_records.h"
#include "registry/logging_options.h"
#include "registry/policy_records.h"
#include "registry/role_alias_records.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* role_of_auditor = "arn:aws:iam::123456789012:role/auditor";

class AuditorTest : public ::testing::Test {
protected:
    AuditorTest() { begin(); }
    ~AuditorTest() override { end(); }
    void begin() {
        auditor_ = std::make_unique<Auditor>(Auditor::Parts{
            .loop = loop_,
            .store = store_,
            .clock = clock_,
            .random = random_,
            .report = [this](const std::string& problem) { problems_.push_back(problem); }});
        auditor_->start();
    }
    void end() {
        tasks_.start(auditor_->stop());
        while (tasks_.running() > 0) loop_.run_once(std::chrono::milliseconds(20));
        auditor_.reset();
    }

    void enable(std::vector<Check> checks) {
        AuditConfigurationChange change{.role_arn = role_of_auditor};
        for (const Check check : checks) {
            change.checks[std::string(name_of_choice(check))] = {.enabled = true};
        }
        const auto enabled = AuditConfigurationRecords(memory_, {}).update(tenant_, change);
        ASSERT_TRUE(enabled) << enabled.error().message;
    }
    AuditTask ended(const AuditTaskId& id) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        for (;;) {
            loop_.run_once(std::chrono::milliseconds(5));
            auto task = records_.describe(tenant_, id).value();
            const bool is_late = std::chrono::steady_clock::now() > give_up;
            if (task.status != TaskStatus::InProgress || is_late) return task;
        }
    }
    AuditTask audit(Check check) {
        enable({check});
        const auto started = records_.start(tenant_, {std::string(name_of_choice(check))});
        EXPECT_TRUE(started) << started.error().message;
        auditor_->wake();
        return ended(started->id);
    }
    // What a check finds: "CODE of ID".
    std::vector<std::string> found_by(Check check) {
        task_ = audit(check);
        EXPECT_EQ(task_.status, TaskStatus::Completed);
        findings_ = records_.findings(tenant_, {.task = task_.id}, {.page_size = 250})->items;
        std::vector<std::string> texts;
        for (const Finding& finding : findings_) {
            texts.push_back(finding.reason_code + " of " + finding.resource.identifier.id);
        }
        return texts;
    }

    registry::RegisteredCertificate add_certificate(
        std::chrono::days life,
        registry::CertificateStatus status = registry::CertificateStatus::Active) {
        const certificates::Validity validity{clock_.wall_now(), clock_.wall_now() + life};
        const auto pem = certificates::issue(factory_,
                                             {.common_name = "lamp",
                                              .names = {},
                                              .validity = validity,
                                              .purpose = certificates::Purpose::Client},
                                             certificates::NewKey::EcP256, random_)
                             .value()
                             .certificate_pem;
        return registry::CertificateRecords(memory_, {clock_, random_})
            .add(tenant_, {.pem = pem, .status = status})
            .value();
    }
    void add_policy(const std::string& name, const std::string& document) {
        const auto made = registry::PolicyRecords(memory_, {clock_, random_, {}})
                              .create(tenant_, registry::PolicyName(name), document, {});
        ASSERT_TRUE(made) << made.error().message;
    }

    const Tenant tenant_{AccountId("123456789012"), Region("us-east-1")};
    ManualClock clock_;
    SystemRandom random_;
    async::EventLoop loop_{clock_, {}};
    async::TaskGroup tasks_{loop_, "test"};
    async::WorkerPool workers_{{.name = "test"}};
    storage::MemoryResourceStore memory_{clock_};
    storage::AsyncResourceStore store_{memory_, workers_};
    AuditTaskRecords records_{memory_, {clock_, random_}};
    ScheduledAuditRecords schedules_{memory_, {}};
    const certificates::AuthorityPem factory_ =
        certificates::make_authority(
            {.common_name = "Factory",
             .validity = {clock_.wall_now(), clock_.wall_now() + std::chrono::days(40)},
             .purpose = certificates::Purpose::Client},
            random_)
            .value();
    std::vector<std::string> problems_;
    std::unique_ptr<Auditor> auditor_;
    AuditTask task_;
    std::vector<Finding> findings_;
};

TEST_F(AuditorTest, CertificatesThatRunOutAreFound) {
    const auto soon = add_certificate(std::chrono::days(20));
    const auto over = add_certificate(std::chrono::days(1));
    add_certificate(std::chrono::days(90));
    add_certificate(std::chrono::days(5), registry::CertificateStatus::Inactive);
    clock_.advance(std::chrono::days(2));
    EXPECT_THAT(
        found_by(Check::DeviceCertificateExpiring),
        ::testing::UnorderedElementsAre("CERTIFICATE_APPROACHING_EXPIRATION of " + soon.id.value(),
                                        "CERTIFICATE_PAST_EXPIRATION of " + over.id.value()));
    const CheckProgress& progress = task_.checks.at(Check::DeviceCertificateExpiring);
    EXPECT_EQ(progress.status, CheckStatus::NonCompliant);
    EXPECT_EQ(progress.looked_at, 3u);
    EXPECT_EQ(progress.non_compliant, 2u);
    EXPECT_EQ(findings_.front().resource.additional.count("EXPIRATION_TIME"), 1u);
    EXPECT_EQ(findings_.front().task_started, task_.started);
    EXPECT_THAT(found_by(Check::DeviceCertificateAge), IsEmpty());
    clock_.advance(std::chrono::days(364));
    EXPECT_THAT(found_by(Check::DeviceCertificateAge), SizeIs(3));
    EXPECT_THAT(found_by(Check::DeviceCertificateKeyQuality), IsEmpty());
    EXPECT_EQ(task_.checks.at(Check::DeviceCertificateKeyQuality).looked_at, 3u);
}

TEST_F(AuditorTest, AuthoritiesThatRunOutAreFound) {
    const auto authority = registry::CaCertificateRecords(memory_, {clock_, random_})
                               .add(tenant_, {.pem = factory_.certificate_pem,
                                              .status = registry::CaStatus::Active,
                                              .mode = registry::CertificateMode::SniOnly})
                               .value();
    EXPECT_THAT(found_by(Check::CaCertificateExpiring), IsEmpty());
    EXPECT_THAT(found_by(Check::CaCertificateKeyQuality), IsEmpty());
    clock_.advance(std::chrono::days(11));
    EXPECT_THAT(found_by(Check::CaCertificateExpiring),
                ElementsAre("CERTIFICATE_APPROACHING_EXPIRATION of " + authority.id.value()));
}

TEST_F(AuditorTest, ManyResourcesAreLookedAtPageByPage) {
    constexpr std::size_t count = 450;
    for (std::size_t i = 0; i < count; ++i) add_certificate(std::chrono::days(9));
    EXPECT_THAT(found_by(Check::DeviceCertificateExpiring), SizeIs(250));
    EXPECT_EQ(task_.checks.at(Check::DeviceCertificateExpiring).non_compliant, count);
    const auto first = records_.findings(tenant_, {.task = task_.id}, {.page_size = 250});
    const auto second = records_.findings(tenant_, {.task = task_.id},
                                          {.page_size = 250, .marker = first->next_marker});
    EXPECT_THAT(second->items, SizeIs(count - 250));
    EXPECT_EQ(second->next_marker, "");
}

TEST_F(AuditorTest, PoliciesAreProbed) {
    add_policy("broad", R"({"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"iot:*","Resource":"*"}]})");
    add_policy("narrow", R"({"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"iot:Publish",
         "Resource":"arn:aws:iot:us-east-1:123456789012:topic/a"},
        {"Effect":"Deny","Action":"iot:Subscribe",
         "Resource":"arn:aws:iot:us-east-1:123456789012:topicfilter/a/#"}]})");
    EXPECT_THAT(found_by(Check::IotPolicyOverlyPermissive),
                ElementsAre("ALLOWS_BROAD_ACCESS_TO_IOT_DATA_PLANE_ACTIONS of broad"));
    EXPECT_EQ(findings_.front().resource.identifier.version, "1");
    EXPECT_THAT(found_by(Check::IotPolicyMisconfigured),
                ElementsAre("POLICY_CONTAINS_MQTT_WILDCARDS_IN_DENY_STATEMENT of narrow"));
}

TEST_F(AuditorTest, RoleAliasesAreJudgedByTheirRoles) {
    const iam::IdentityRecords::Parts of_identities{clock_, random_};
    iam::IdentityRecords identities(memory_, of_identities);
    for (const auto& [name, action] :
         {std::pair("strong", "*"), std::pair("weak", "iot:Publish")}) {
        ASSERT_TRUE(identities.create(
            tenant_, {.name = {iam::IdentityKind::Role, name},
                      .path = "/",
                      .trust_policy =
                          R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":)"
                          R"({"Service":"credentials.iot.amazonaws.com"},)"
                          R"("Action":"sts:AssumeRole"}]})"}));
        ASSERT_TRUE(identities.put_policy(
            tenant_, {iam::IdentityKind::Role, name}, "p",
            std::string(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":")") +
                action + R"(","Resource":"arn:aws:iot:us-east-1:123456789012:topic/mine"},)" +
                R"({"Effect":"Allow","Action":")" +
                (action == std::string("*") ? "*" : "s3:GetObject") + R"(","Resource":"*"}]})"));
        ASSERT_TRUE(
            registry::RoleAliasRecords(memory_, {})
                .create(tenant_,
                        {.name = registry::RoleAliasName(name),
                         .role_arn = std::string("arn:aws:iam::123456789012:role/") + name}));
    }
    const auto found = found_by(Check::RoleAliasOverlyPermissive);
    EXPECT_THAT(found, SizeIs(6)) << ::testing::PrintToString(found);
    for (const Finding& finding : findings_) {
        EXPECT_EQ(finding.resource.identifier.id,
                  "arn:aws:iot:us-east-1:123456789012:rolealias/strong");
        EXPECT_EQ(finding.related.front().identifier.id, "arn:aws:iam::123456789012:role/strong");
    }
    const CheckProgress& progress = task_.checks.at(Check::RoleAliasOverlyPermissive);
    EXPECT_EQ(progress.looked_at, 2u);
    EXPECT_EQ(progress.non_compliant, 1u) << "one resource, for several reasons";
}

TEST_F(AuditorTest, LoggingThatIsOffIsFound) {
    logs::ConfiguredLevels levels{logs::Level::Info};
    const auto options = registry::LoggingOptions::load(store_, levels).value();
    EXPECT_THAT(found_by(Check::LoggingDisabled), ElementsAre("LOGGING_DISABLED of 123456789012"));
    tasks_.start([](registry::LoggingOptions& options, Tenant tenant) -> async::Task<void> {
        EXPECT_TRUE(co_await options.set(tenant, {.role_arn = role_of_auditor,
                                                  .default_level = logs::Level::Error,
                                                  .all_disabled = false}));
    }(*options, tenant_));
    while (tasks_.running() > 0) loop_.run_once(std::chrono::milliseconds(20));
    EXPECT_THAT(found_by(Check::LoggingDisabled), IsEmpty());
    EXPECT_EQ(task_.checks.at(Check::LoggingDisabled).status, CheckStatus::Compliant);
}

TEST_F(AuditorTest, SuppressedFindingsDoNotCount) {
    SuppressionRecords suppressions(memory_, {clock_});
    const SuppressionKey key{Check::LoggingDisabled,
                             {ResourceType::AccountSettings, "123456789012", ""}};
    ASSERT_TRUE(suppressions.create(tenant_, {.key = key}, "token"));
    EXPECT_THAT(found_by(Check::LoggingDisabled), SizeIs(1));
    EXPECT_TRUE(findings_.front().suppressed);
    const CheckProgress& progress = task_.checks.at(Check::LoggingDisabled);
    EXPECT_EQ(progress.status, CheckStatus::Compliant);
    EXPECT_EQ(progress.suppressed, 1u);
    EXPECT_THAT(records_.findings(tenant_, {.task = task_.id, .suppressed = false}, {})->items,
                IsEmpty());
}

TEST_F(AuditorTest, ScheduledAuditsRunWhenTheyAreDue) {
    enable({Check::LoggingDisabled});
    ASSERT_TRUE(schedules_.create(tenant_, {.name = ScheduledAuditName("daily"),
                                            .schedule = {},
                                            .checks = {"LOGGING_DISABLED_CHECK"}}));
    const TaskFilter all{.from = clock_.wall_now(), .to = clock_.wall_now() + std::chrono::days(9)};
    const auto tasks = [&] {
        for (int i = 0; i < 40; ++i) loop_.run_once(std::chrono::milliseconds(5));
        return records_.list(tenant_, all, {})->items;
    };
    EXPECT_THAT(tasks(), IsEmpty());
    clock_.advance(std::chrono::hours(24));
    const auto ran = tasks();
    ASSERT_THAT(ran, SizeIs(1));
    EXPECT_EQ(ran.front().type, TaskType::Scheduled);
    EXPECT_EQ(ran.front().schedule, "daily");
    EXPECT_EQ(ended(ran.front().id).status, TaskStatus::Completed);
    clock_.advance(std::chrono::hours(1));
    EXPECT_THAT(tasks(), SizeIs(1)) << "it is not due again";
    clock_.advance(std::chrono::hours(24));
    EXPECT_THAT(tasks(), SizeIs(2));
    EXPECT_THAT(
        records_.list(tenant_, {.from = all.from, .to = all.to, .type = TaskType::OnDemand}, {})
            ->items,
        IsEmpty());
}

TEST_F(AuditorTest, WhatWasBegunIsGoneOnWith) {
    enable({Check::LoggingDisabled});
    end();
    const auto started = records_.start(tenant_, {"LOGGING_DISABLED_CHECK"});
    begin();
    EXPECT_EQ(ended(started->id).status, TaskStatus::Completed);
}

TEST_F(AuditorTest, ACanceledTaskStaysSo) {
    enable({Check::LoggingDisabled});
    const auto started = records_.start(tenant_, {"LOGGING_DISABLED_CHECK"});
    ASSERT_TRUE(records_.cancel(tenant_, started->id));
    auditor_->wake();
    EXPECT_EQ(ended(started->id).status, TaskStatus::Canceled);
    EXPECT_EQ(records_.describe(tenant_, started->id)->checks.at(Check::LoggingDisabled).status,
              CheckStatus::Canceled);
    const auto again = records_.cancel(tenant_, started->id);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().refusal, registry::Refusal::InvalidRequest);
    EXPECT_EQ(records_.cancel(tenant_, AuditTaskId("none")).error().refusal,
              registry::Refusal::ResourceNotFound);
}

TEST_F(AuditorTest, OnlySoManyRunAtOnce) {
    enable({Check::LoggingDisabled});
    for (std::size_t i = 0; i < running_audits_max; ++i) {
        ASSERT_TRUE(records_.start(tenant_, {"LOGGING_DISABLED_CHECK"}));
    }
    EXPECT_EQ(records_.start(tenant_, {"LOGGING_DISABLED_CHECK"}).error().refusal,
              registry::Refusal::LimitExceeded);
    EXPECT_EQ(records_.start(tenant_, {"DEVICE_CERTIFICATE_AGE_CHECK"}).error().refusal,
              registry::Refusal::InvalidRequest);
    EXPECT_EQ(records_.start(tenant_, {}).error().refusal, registry::Refusal::InvalidRequest);
}

TEST_F(AuditorTest, AfterNinetyDaysFindingsAreForgotten) {
    EXPECT_THAT(found_by(Check::LoggingDisabled), SizeIs(1));
    const AuditFindingId old = findings_.front().id;
    EXPECT_TRUE(records_.finding(tenant_, old));
    clock_.advance(std::chrono::days(91));
    EXPECT_THAT(found_by(Check::LoggingDisabled), SizeIs(1));
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (records_.finding(tenant_, old) && std::chrono::steady_clock::now() < give_up) {
        loop_.run_once(std::chrono::milliseconds(5));
    }
    EXPECT_FALSE(records_.finding(tenant_, old));
}

TEST_F(AuditorTest, FindingsAreListedByTimeOrTask) {
    EXPECT_THAT(found_by(Check::LoggingDisabled), SizeIs(1));
    clock_.advance(std::chrono::hours(1));
    EXPECT_THAT(found_by(Check::LoggingDisabled), SizeIs(1));
    const WallTime now = clock_.wall_now();
    const auto since = [&](std::chrono::minutes ago) {
        return records_.findings(tenant_, {.from = now - ago, .to = now}, {})->items;
    };
    EXPECT_THAT(since(std::chrono::minutes(90)), SizeIs(2));
    EXPECT_THAT(since(std::chrono::minutes(30)), SizeIs(1));
    EXPECT_FALSE(records_.findings(tenant_, {}, {}));
    EXPECT_FALSE(records_.findings(tenant_, {.from = now}, {}));
    EXPECT_FALSE(records_.findings(tenant_, {.task = task_.id, .from = now, .to = now}, {}));
    EXPECT_FALSE(records_.findings(tenant_, {.from = now, .to = now - std::chrono::hours(1)}, {}));
    const ResourceIdentifier other{ResourceType::AccountSettings, "999999999999", ""};
    EXPECT_THAT(records_.findings(tenant_, {.task = task_.id, .resource = other}, {})->items,
                IsEmpty());
}

}  // namespace
}  // namespace gatehouse::audit
