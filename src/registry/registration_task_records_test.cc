#include "registry/registration_task_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/memory_resource_store.h"

namespace gatehouse::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* things_template =
    R"({"Parameters":{"Name":{"Type":"String"}},"Resources":{"thing":{"Type":"AWS::IoT::Thing",)"
    R"("Properties":{"ThingName":{"Ref":"Name"}}}}})";

class RegistrationTaskRecordsTest : public ::testing::Test {
protected:
    static NewRegistrationTask wanted() {
        return {.template_body = things_template,
                .bucket = "fleet",
                .key = "devices/may.json",
                .role_arn = "arn:aws:iam::123456789012:role/registering"};
    }
    RegistrationTaskId start() { return records_.start(tenant_, wanted()).value().id; }
    // A line of ten bytes came to that.
    Outcome<void> note(const RegistrationTaskId& id, RegistrationReport report,
                       const std::string& text) {
        return records_.note_line(records_.read(tenant_, id).value(),
                                  {.report = report, .bytes = 10, .text = text});
    }

    const Tenant tenant_{AccountId("123456789012"), Region("us-east-1")};
    ManualClock clock_;
    SystemRandom random_;
    storage::MemoryResourceStore memory_{clock_};
    RegistrationTaskRecords records_{memory_, {random_}};
};

TEST_F(RegistrationTaskRecordsTest, OneRunsAtATime) {
    const auto id = start();
    EXPECT_EQ(records_.describe(tenant_, id)->wanted.key, "devices/may.json");
    const auto second = records_.start(tenant_, wanted());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().refusal, Refusal::InvalidRequest);
    EXPECT_THAT(second.error().message, HasSubstr("one at a time"));
    EXPECT_THAT(records_.running().value(), ElementsAre(std::pair(tenant_, id)));
    EXPECT_TRUE(records_.stop(tenant_, id));
    EXPECT_EQ(records_.describe(tenant_, id)->progress.status, RegistrationStatus::Cancelled);
    EXPECT_THAT(records_.running().value(), ElementsAre());
    EXPECT_EQ(records_.stop(tenant_, id).error().refusal, Refusal::InvalidRequest);
    const auto other = start();
    EXPECT_THAT(records_.list(tenant_, RegistrationStatus::InProgress, {})->items,
                ElementsAre(other));
    EXPECT_EQ(records_.list(tenant_, std::nullopt, {})->items.size(), 2u);
    EXPECT_EQ(records_.stop(tenant_, RegistrationTaskId("none")).error().refusal,
              Refusal::ResourceNotFound);
}

TEST_F(RegistrationTaskRecordsTest, WhatCannotBeDoneIsRefused) {
    auto bad = wanted();
    bad.template_body = "{}";
    EXPECT_EQ(records_.start(tenant_, bad).error().field, "templateBody");
    bad = wanted();
    bad.role_arn = "arn:aws:iam::123456789012:user/someone";
    EXPECT_EQ(records_.start(tenant_, bad).error().field, "roleArn");
    EXPECT_THAT(records_.running().value(), ElementsAre());
}

TEST_F(RegistrationTaskRecordsTest, LinesAreCountedAndReported) {
    const auto id = start();
    ASSERT_TRUE(note(id, RegistrationReport::Results, R"({"n":1})"));
    ASSERT_TRUE(note(id, RegistrationReport::Errors, R"({"n":2})"));
    ASSERT_TRUE(note(id, RegistrationReport::Results, R"({"n":3})"));
    auto stored = records_.read(tenant_, id).value();
    EXPECT_EQ(stored.value.progress.succeeded, 2u);
    EXPECT_EQ(stored.value.progress.failed, 1u);
    EXPECT_EQ(stored.value.progress.done_bytes, 30u);
    EXPECT_EQ(stored.value.progress.percent(), 0u) << "the file's length is not known";
    auto progress = stored.value.progress;
    progress.file_bytes = 40;
    ASSERT_TRUE(records_.note(stored, progress));
    EXPECT_EQ(records_.describe(tenant_, id)->progress.percent(), 75u);
    EXPECT_EQ(records_.report(tenant_, id, RegistrationReport::Results, 0),
              "{\"n\":1}\n{\"n\":3}\n");
    EXPECT_EQ(records_.report(tenant_, id, RegistrationReport::Errors, 0), "{\"n\":2}\n");
    EXPECT_EQ(records_.report(tenant_, id, RegistrationReport::Errors, 1), "");
}

TEST_F(RegistrationTaskRecordsTest, AReportHasPages) {
    const auto id = start();
    for (std::size_t i = 0; i <= report_lines_max; ++i) {
        ASSERT_TRUE(note(id, RegistrationReport::Results, "{}"));
    }
    EXPECT_EQ(records_.report(tenant_, id, RegistrationReport::Results, 0)->size(),
              report_lines_max * 3);
    EXPECT_EQ(records_.report(tenant_, id, RegistrationReport::Results, 1), "{}\n");
}

TEST_F(RegistrationTaskRecordsTest, WhatIsStoppedIsNotGoneOnWith) {
    const auto id = start();
    const auto before = records_.read(tenant_, id).value();
    ASSERT_TRUE(records_.stop(tenant_, id));
    const auto late = records_.note_line(
        before, {.report = RegistrationReport::Results, .bytes = 1, .text = "{}"});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().refusal, Refusal::VersionConflict);
    EXPECT_EQ(records_.report(tenant_, id, RegistrationReport::Results, 0), "");
    EXPECT_EQ(records_.describe(tenant_, id)->progress.status, RegistrationStatus::Cancelled);
}

}  // namespace
}  // namespace gatehouse::registry
