#include "policy/test_table.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace gatehouse::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view table = R"({
  "policies": [{"name": "device", "file": "device.json"}],
  "variables": {"iot:ClientId": "a"},
  "cases": [
    {"rule": "own topic", "action": "iot:Publish", "resource": "topic/a/x", "expect": "allowed"},
    {"action": "iot:Publish", "resource": "topic/b/x", "expect": "allowed", "explains": "nothing"},
    {"action": "iot:Publish", "resource": "topic/a/x", "expect": "allowed", "statement": 2},
    {"action": "iot:Publish", "resource": "topic/b", "expect": "denied",
     "policies": [{"document": {"Statement": {}}}]}
  ]})";

constexpr std::string_view device = R"({"Version":"2012-10-17","Statement":[{"Sid":"Own",
  "Effect":"Allow","Action":"iot:Publish","Resource":"arn:aws:iot:*:*:topic/${iot:ClientId}/*"}]})";

TEST(TestTable, ReportsEachCase) {
    EXPECT_THAT(*files_of_test_table(table), ElementsAre("device.json"));
    const auto report = run_test_table(table, {{"device.json", std::string(device)}});
    ASSERT_TRUE(report.has_value()) << report.error().describe();
    ASSERT_EQ(report->results.size(), 4U);
    EXPECT_EQ(report->failed(), 3U);
    EXPECT_TRUE(report->results[0].passed());
    EXPECT_THAT(report->results[1].failures,
                ElementsAre(HasSubstr("expected allowed, decided implicit-deny"),
                            HasSubstr("does not say 'nothing'")));
    EXPECT_THAT(report->results[2].failures, ElementsAre(HasSubstr("statement 2")));
    EXPECT_THAT(report->results[3].failures, ElementsAre(HasSubstr("no Effect")));
    EXPECT_THAT(to_text(*report), HasSubstr("4 cases, 3 failed"));
    EXPECT_THAT(to_text(*report), HasSubstr("ok     1 iot:Publish on topic/a/x: own topic"));
}

TEST(TestTable, ErrorsOfTheTableSayWhere) {
    const auto error = [](std::string_view text) {
        const auto report = run_test_table(text, {});
        EXPECT_FALSE(report.has_value()) << text;
        return report ? std::string() : report.error().describe();
    };
    EXPECT_THAT(error("{"), HasSubstr("not valid JSON"));
    EXPECT_THAT(error(R"({"case": []})"), HasSubstr("did you mean cases?"));
    EXPECT_THAT(error(R"({"cases": []})"), HasSubstr("has no case"));
    EXPECT_THAT(error(R"({"cases": [{"expect": "maybe"}]})"), HasSubstr("cases[0]:1:12"));
    EXPECT_THAT(error(R"({"cases": [{"expect": "denied"}]})"), HasSubstr("needs 'action'"));
    EXPECT_THAT(error(R"({"policies": [{"file": "x"}], "cases": []})"), HasSubstr("no file 'x'"));
    EXPECT_THAT(error(R"({"policies": [{}], "cases": []})"), HasSubstr("either"));
}

TEST(TestTable, WrongQuestionsFailTheirCase) {
    const auto report = run_test_table(
        R"({"cases": [{"action": "iot:Pubish", "resource": "topic/a", "expect": "denied"},
                      {"action": "iot:Subscribe", "resource": "topic/a", "expect": "denied"}]})",
        {});
    ASSERT_TRUE(report.has_value());
    EXPECT_THAT(report->results[0].failures, ElementsAre(HasSubstr("did you mean iot:Publish?")));
    EXPECT_THAT(report->results[1].failures,
                ElementsAre(HasSubstr("checked against topicfilter/NAME")));
}

// Allowed until 2030, and then denied; connecting at any time.
TestResult judged_by_time(std::string_view rest) {
    const auto report = run_test_table(
        fmt::format(R"({{"policies": [{{"document": {{"Version": "2012-10-17", "Statement": [
            {{"Effect": "Allow", "Action": ["iot:Publish", "iot:Connect"], "Resource": "*"}},
            {{"Effect": "Deny", "Action": "iot:Publish", "Resource": "*",
              "Condition": {{"DateGreaterThan": {{"AWS:currenttime": "2030-01-01T00:00:00Z"}}}}}},
            {{"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "*",
              "Condition": {{"NumericLessThan": {{"aws:EpochTime": "1893456000"}}}}}}]}}}}],
            "cases": [{{{}}}]}})",
                    rest),
        {});
    EXPECT_TRUE(report.has_value()) << report.error().describe();
    return report ? report->results.front() : TestResult();
}

constexpr std::string_view publish = R"("action": "iot:Publish", "resource": "topic/a", )";
constexpr std::string_view subscribe =
    R"("action": "iot:Subscribe", "resource": "topicfilter/a", )";

// Else a table would pass for what a gateway refuses, whose connections have a clock.
TEST(TestTable, HasNoTimeButTheOneThatItGives) {
    const auto denied_later = judged_by_time(std::string(publish) + R"("expect": "allowed")");
    EXPECT_THAT(denied_later.failures,
                ElementsAre("the policies ask for the time: give aws:CurrentTime in variables or "
                            "context"));
    const auto allowed_now = judged_by_time(std::string(subscribe) + R"("expect": "allowed")");
    EXPECT_THAT(allowed_now.failures,
                ElementsAre(HasSubstr("give aws:EpochTime"), HasSubstr("decided implicit-deny")));
    EXPECT_THAT(allowed_now.explanation.sentence,
                HasSubstr("has no value (a table has no clock: give aws:EpochTime in variables or "
                          "context)"));
    EXPECT_TRUE(
        judged_by_time(R"("action": "iot:Connect", "resource": "client/a", "expect": "allowed")")
            .passed());
}

TEST(TestTable, GivesTheTimeInVariablesOrContext) {
    for (const std::string_view where : {"variables", "context"}) {
        const auto outcome = [&](std::string_view question, std::string_view time,
                                 std::string_view expect) {
            const auto result = judged_by_time(
                fmt::format(R"({} "{}": {{{}}}, "expect": "{}")", question, where, time, expect));
            EXPECT_THAT(result.failures, ElementsAre()) << where << time;
        };
        outcome(publish, R"("aws:CurrentTime": "2029-12-31T23:59:59Z")", "allowed");
        outcome(publish, R"("aws:CurrentTime": "2030-01-01T00:00:01Z")", "explicit-deny");
        outcome(publish, R"("aws:CurrentTime": null)", "allowed");
        outcome(subscribe, R"("aws:EpochTime": "1893455999")", "allowed");
        outcome(subscribe, R"("aws:EpochTime": "1893456000")", "implicit-deny");
    }
}

std::vector<std::string> case_files() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(
             std::filesystem::path(GATEHOUSE_SOURCE_DIR) / "tests/cases/policy")) {
        names.push_back(entry.path().stem().string());
    }
    std::ranges::sort(names);
    return names;
}

class PolicyCases : public testing::TestWithParam<std::string> {};

// Each table in tests/cases/policy names the document whose rules it shows.
TEST_P(PolicyCases, HoldAsWritten) {
    const auto path =
        std::filesystem::path(GATEHOUSE_SOURCE_DIR) / "tests/cases/policy" / (GetParam() + ".json");
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    const auto report = run_test_table(text.str(), {});
    ASSERT_TRUE(report.has_value()) << report.error().describe();
    EXPECT_GT(report->results.size(), 0U);
    EXPECT_EQ(report->failed(), 0U) << to_text(*report);
}

INSTANTIATE_TEST_SUITE_P(Tables, PolicyCases, testing::ValuesIn(case_files()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace gatehouse::policy
