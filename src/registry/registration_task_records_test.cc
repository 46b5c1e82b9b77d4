#include "registry/registration_task_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/memory_resource_store.h"

namespace gatehouse::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

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
    EXPECT_EQ(stored.value.progress.results.lines, 2u);
    EXPECT_EQ(stored.value.progress.errors.lines, 1u);
    EXPECT_EQ(stored.value.progress.done_bytes, 30u);
    EXPECT_EQ(stored.value.progress.percent(), 0u) << "the file's length is not known";
    auto progress = stored.value.progress;
    progress.file_bytes = 40;
    progress.file_version = "40-1.5";
    ASSERT_TRUE(records_.note(stored, progress));
    EXPECT_EQ(records_.describe(tenant_, id)->progress, progress);
    EXPECT_EQ(progress.percent(), 75u);
    EXPECT_EQ(records_.report(tenant_, id, RegistrationReport::Results, 0),
              "{\"n\":1}\n{\"n\":3}\n");
    EXPECT_EQ(records_.report(tenant_, id, RegistrationReport::Errors, 0), "{\"n\":2}\n");
    EXPECT_EQ(records_.report(tenant_, id, RegistrationReport::Errors, 1), "");
}

TEST_F(RegistrationTaskRecordsTest, APageHasSoManyLines) {
    const auto id = start();
    for (std::size_t i = 0; i <= report_lines_max; ++i) {
        ASSERT_TRUE(note(id, RegistrationReport::Results, "{}"));
    }
    EXPECT_EQ(records_.describe(tenant_, id)->progress.results.pages, 2u);
    EXPECT_EQ(records_.report(tenant_, id, RegistrationReport::Results, 0)->size(),
              report_lines_max * 3);
    EXPECT_EQ(records_.report(tenant_, id, RegistrationReport::Results, 1), "{}\n");
    EXPECT_EQ(records_.report(tenant_, id, RegistrationReport::Results, 2), "");
}

TEST_F(RegistrationTaskRecordsTest, APageHasSoManyBytes) {
    const auto id = start();
    const std::string line(report_bytes_max / 4 - 1, 'x');
    for (char number = '0'; number < '9'; ++number) {
        ASSERT_TRUE(note(id, RegistrationReport::Errors, number + line.substr(1)));
    }
    EXPECT_EQ(records_.describe(tenant_, id)->progress.errors.pages, 3u);
    std::string firsts;
    for (std::uint64_t page = 0; page < 3; ++page) {
        const auto lines = records_.report(tenant_, id, RegistrationReport::Errors, page).value();
        EXPECT_LE(lines.size(), report_bytes_max);
        for (std::size_t at = 0; at < lines.size(); at += line.size() + 1) firsts += lines[at];
    }
    EXPECT_EQ(firsts, "012345678");
}

TEST_F(RegistrationTaskRecordsTest, ATenantHasSoMany) {
    for (std::size_t i = 0; i < registration_tasks_max; ++i) {
        ASSERT_TRUE(records_.stop(tenant_, start()));
    }
    const auto refused = records_.start(tenant_, wanted());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().refusal, Refusal::InvalidRequest);
    EXPECT_THAT(refused.error().message, HasSubstr("30 days after its end"));
    EXPECT_TRUE(records_.start({AccountId("210987654321"), tenant_.region}, wanted()));
}

TEST_F(RegistrationTaskRecordsTest, WhatHasEndedIsForgotten) {
    const auto ended = start();
    for (int i = 0; i < 250; ++i) ASSERT_TRUE(note(ended, RegistrationReport::Results, "{}"));
    ASSERT_TRUE(records_.stop(tenant_, ended));
    clock_.advance(std::chrono::hours(1));
    const auto later = start();
    ASSERT_TRUE(note(later, RegistrationReport::Results, "{}"));
    ASSERT_TRUE(records_.stop(tenant_, later));
    clock_.advance(std::chrono::hours(1));
    const auto running = start();
    const auto now = clock_.wall_now();
    EXPECT_THAT(records_.ended_before(now - std::chrono::hours(2)).value(), ElementsAre());
    EXPECT_THAT(records_.ended_before(now - std::chrono::hours(1)).value(),
                ElementsAre(std::pair(tenant_, ended)));
    EXPECT_EQ(records_.ended_before(now + std::chrono::hours(1))->size(), 2u)
        << "what runs is not among them";
    int steps = 1;
    while (!records_.forget(tenant_, ended).value()) ++steps;
    EXPECT_EQ(steps, 3);
    EXPECT_EQ(records_.describe(tenant_, ended).error().refusal, Refusal::ResourceNotFound);
    EXPECT_EQ(memory_.list({.tenant = tenant_, .kind = storage::Kind("registration-report")})
                  ->records.size(),
              1u);
    EXPECT_THAT(records_.list(tenant_, std::nullopt, {})->items,
                UnorderedElementsAre(later, running));
    EXPECT_EQ(records_.report(tenant_, later, RegistrationReport::Results, 0), "{}\n");
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
