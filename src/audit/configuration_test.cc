#include "audit/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/scheduled_audit_records.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::audit {
namespace {

using ::testing::HasSubstr;

constexpr const char* auditors_role = "arn:aws:iam::123456789012:role/auditor";
constexpr const char* expiring = "DEVICE_CERTIFICATE_EXPIRING_CHECK";
constexpr const char* logging = "LOGGING_DISABLED_CHECK";

class AuditConfigurationTest : public ::testing::Test {
protected:
    // "" where it is accepted.
    std::string update(AuditConfigurationChange change) {
        const auto updated = records_.update(tenant_, change);
        return updated ? "" : updated.error().message;
    }
    std::string enable(const std::string& check, registry::Texts options = {}) {
        return update({.role_arn = auditors_role,
                       .targets = {},
                       .checks = {{check, {.enabled = true, .options = std::move(options)}}}});
    }
    AuditConfiguration now() { return records_.get(tenant_).value(); }

    const Tenant tenant_{AccountId("123456789012"), Region("us-east-1")};
    ManualClock clock_;
    storage::MemoryResourceStore memory_{clock_};
    AuditConfigurationRecords records_{memory_, {}};
    ScheduledAuditRecords schedules_{memory_, {}};
};

TEST_F(AuditConfigurationTest, EveryCheckIsDisabledAtFirst) {
    EXPECT_EQ(now(), AuditConfiguration());
    EXPECT_EQ(enable(expiring), "");
    EXPECT_TRUE(now().is_enabled(Check::DeviceCertificateExpiring));
    EXPECT_FALSE(now().is_enabled(Check::LoggingDisabled));
    EXPECT_EQ(now().role_arn, auditors_role);
}

TEST_F(AuditConfigurationTest, TheFirstTimeARoleAndACheckAreNeeded) {
    EXPECT_THAT(update({.checks = {{expiring, {.enabled = true}}}}), HasSubstr("roleArn"));
    EXPECT_THAT(update({.role_arn = auditors_role}), HasSubstr("at least one check"));
    EXPECT_THAT(update({.role_arn = "arn:of:nothing", .checks = {{expiring, {.enabled = true}}}}),
                HasSubstr("roleArn"));
    EXPECT_EQ(enable(expiring), "");
    EXPECT_EQ(update({.checks = {{logging, {.enabled = true}}}}), "");
    EXPECT_EQ(update({.checks = {{logging, {.enabled = false}}, {expiring, {.enabled = false}}}}),
              "");
}

TEST_F(AuditConfigurationTest, WhatCannotBeCheckedIsRefusedByName) {
    const std::string shared = "DEVICE_CERTIFICATE_SHARED_CHECK";
    EXPECT_THAT(enable(shared), HasSubstr(shared + " cannot be enabled"));
    EXPECT_THAT(enable("NO_CHECK"), HasSubstr("there is no check 'NO_CHECK'"));
    EXPECT_EQ(enable(expiring), "");
    EXPECT_EQ(update({.checks = {{shared, {.enabled = false}}}}), "");
}

TEST_F(AuditConfigurationTest, OptionsAreNumbersOfDays) {
    const std::string option = "CERT_EXPIRATION_THRESHOLD_IN_DAYS";
    EXPECT_EQ(now().days(Check::DeviceCertificateExpiring), 30u);
    EXPECT_EQ(now().days(Check::DeviceCertificateAge), 365u);
    EXPECT_EQ(enable(expiring, {{option, "60"}}), "");
    EXPECT_EQ(now().days(Check::DeviceCertificateExpiring), 60u);
    EXPECT_EQ(enable(expiring), "") << "what is not named stays";
    EXPECT_EQ(now().days(Check::DeviceCertificateExpiring), 60u);
    for (const char* bad : {"29", "3653", "", "x", "60d"}) {
        EXPECT_THAT(enable(expiring, {{option, bad}}), HasSubstr(option)) << bad;
    }
    EXPECT_THAT(enable(logging, {{option, "60"}}), HasSubstr("has no option"));
    EXPECT_THAT(enable(expiring, {{"CERT_AGE_THRESHOLD_IN_DAYS", "60"}}),
                HasSubstr("has no option"));
}

TEST_F(AuditConfigurationTest, TargetsAreOfSns) {
    const NotificationTarget target{.target_arn = "arn:aws:sns:us-east-1:123456789012:audits",
                                    .role_arn = auditors_role,
                                    .enabled = true};
    EXPECT_EQ(update({.role_arn = auditors_role,
                      .targets = {{"SNS", target}},
                      .checks = {{logging, {.enabled = true}}}}),
              "");
    EXPECT_EQ(now().targets.at("SNS"), target);
    EXPECT_THAT(update({.targets = {{"MAIL", target}}}), HasSubstr("no type of target"));
}

TEST_F(AuditConfigurationTest, ACheckThatAScheduledAuditMakesStays) {
    ASSERT_EQ(enable(expiring), "");
    ASSERT_EQ(enable(logging), "");
    ASSERT_TRUE(schedules_.create(
        tenant_, {.name = ScheduledAuditName("daily"), .schedule = {}, .checks = {expiring}}));
    EXPECT_THAT(update({.checks = {{expiring, {.enabled = false}}}}), HasSubstr("'daily'"));
    EXPECT_EQ(update({.checks = {{logging, {.enabled = false}}}}), "");
    const auto kept = records_.remove(tenant_, AuditConfigurationRecords::Schedules::Keep);
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().refusal, registry::Refusal::InvalidRequest);
    EXPECT_TRUE(records_.remove(tenant_, AuditConfigurationRecords::Schedules::Remove));
    EXPECT_FALSE(schedules_.describe(tenant_, ScheduledAuditName("daily")));
    EXPECT_EQ(now(), AuditConfiguration());
    EXPECT_EQ(records_.remove(tenant_, AuditConfigurationRecords::Schedules::Keep).error().refusal,
              registry::Refusal::ResourceNotFound);
}

TEST_F(AuditConfigurationTest, ScheduledAuditsMakeEnabledChecks) {
    ASSERT_EQ(enable(expiring), "");
    NewScheduledAudit wanted{
        .name = ScheduledAuditName("weekly"),
        .schedule = {.frequency = Frequency::Weekly, .day_of_week = Weekday::Sunday},
        .checks = {logging}};
    EXPECT_EQ(schedules_.create(tenant_, wanted).error().field, "targetCheckNames");
    wanted.checks = {expiring, expiring};
    const auto made = schedules_.create(tenant_, wanted);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->checks, std::vector{Check::DeviceCertificateExpiring});
    EXPECT_EQ(made->arn(), "arn:aws:iot:us-east-1:123456789012:scheduledaudit/weekly");
    EXPECT_EQ(schedules_.create(tenant_, wanted).error().refusal,
              registry::Refusal::ResourceAlreadyExists);
    const auto changed = schedules_.update(
        tenant_, wanted.name, {.frequency = Frequency::Monthly, .day_of_month = "LAST"});
    ASSERT_TRUE(changed) << changed.error().message;
    EXPECT_EQ(changed->schedule,
              (Schedule{.frequency = Frequency::Monthly, .day_of_month = "LAST"}));
    EXPECT_EQ(schedules_.describe(tenant_, wanted.name)->schedule, changed->schedule);
    for (int i = 0; i < 4; ++i) {
        wanted.name = ScheduledAuditName("more" + std::to_string(i));
        EXPECT_TRUE(schedules_.create(tenant_, wanted));
    }
    wanted.name = ScheduledAuditName("too-many");
    EXPECT_EQ(schedules_.create(tenant_, wanted).error().refusal, registry::Refusal::LimitExceeded);
    EXPECT_EQ(schedules_.list(tenant_, {.page_size = 2})->items.size(), 2u);
    EXPECT_TRUE(schedules_.remove(tenant_, ScheduledAuditName("weekly")));
    EXPECT_FALSE(schedules_.remove(tenant_, ScheduledAuditName("weekly")));
}

}  // namespace
}  // namespace gatehouse::audit
