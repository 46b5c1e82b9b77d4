// The operations on audits: configuration, tasks and findings, scheduled audits, suppressions.
#include <gmock/gmock.h>

#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr const char* logging_check = "LOGGING_DISABLED_CHECK";
constexpr const char* invalid = "InvalidRequestException";
constexpr const char* missing = "ResourceNotFoundException";

class AuditOperations : public IotFixture {
protected:
    net::HttpResponse configure(json::object checks) {
        return call("iot", "PATCH", "/audit/configuration",
                    to_text(json::object{{"roleArn", "arn:aws:iam::123456789012:role/auditor"},
                                         {"auditCheckConfigurations", std::move(checks)}}));
    }
    void enable_logging_check() {
        parsed(configure({{logging_check, json::object{{"enabled", true}}}}));
    }
    // Its id, once it has ended.
    std::string audit() {
        const std::string id = text(
            parsed(call("iot", "POST", "/audit/tasks",
                        to_text(json::object{{"targetCheckNames", json::array{logging_check}}})))
                .at("taskId"));
        for (int i = 0; i < 500 && status_of(id) == "IN_PROGRESS"; ++i) {
            loop.run_once(std::chrono::milliseconds(5));
        }
        return id;
    }
    std::string status_of(const std::string& id) {
        return text(parsed(call("iot", "GET", "/audit/tasks/" + id)).at("taskStatus"));
    }
    json::array findings(json::object filter) {
        return parsed(call("iot", "POST", "/audit/findings", to_text(filter)))
            .at("findings")
            .as_array();
    }
    std::string times_in_query() {
        return "startTime=" +
               percent_encode(format_iso8601(clock.wall_now() - std::chrono::days(1))) +
               "&endTime=" + percent_encode(format_iso8601(clock.wall_now()));
    }
    net::HttpResponse suppression(const std::string& what, json::object more = {},
                                  const std::string& check = logging_check) {
        json::object body{{"checkName", check},
                          {"resourceIdentifier", json::object{{"account", "123456789012"}}}};
        for (auto& [member, value] : more) body[member] = value;
        return call("iot", what == "update" ? "PATCH" : "POST", "/audit/suppressions/" + what,
                    to_text(body));
    }
};

TEST_F(AuditOperations, TheConfigurationListsAllChecks) {
    const auto before = parsed(call("iot", "GET", "/audit/configuration"));
    EXPECT_EQ(before.at("auditCheckConfigurations").as_object().size(), 17u);
    EXPECT_EQ(before.at("auditCheckConfigurations").at(logging_check).at("enabled"), false);
    EXPECT_FALSE(before.as_object().contains("roleArn"));
    parsed(
        configure({{"DEVICE_CERTIFICATE_EXPIRING_CHECK",
                    json::object{{"enabled", true},
                                 {"configuration",
                                  json::object{{"CERT_EXPIRATION_THRESHOLD_IN_DAYS", "60"}}}}}}));
    const auto now = parsed(call("iot", "GET", "/audit/configuration"));
    EXPECT_EQ(text(now.at("roleArn")), "arn:aws:iam::123456789012:role/auditor");
    const auto& expiring =
        now.at("auditCheckConfigurations").at("DEVICE_CERTIFICATE_EXPIRING_CHECK");
    EXPECT_EQ(expiring.at("enabled"), true);
    EXPECT_EQ(text(expiring.at("configuration").at("CERT_EXPIRATION_THRESHOLD_IN_DAYS")), "60");
    const auto refused =
        configure({{"CONFLICTING_CLIENT_IDS_CHECK", json::object{{"enabled", true}}}});
    expect_refused(refused, 400, invalid);
    EXPECT_THAT(refused.body, HasSubstr("CONFLICTING_CLIENT_IDS_CHECK cannot be enabled"));
    parsed(call("iot", "DELETE", "/audit/configuration"));
    expect_refused(call("iot", "DELETE", "/audit/configuration"), 404, missing);
}

TEST_F(AuditOperations, AnAuditOnDemand) {
    expect_refused(
        call("iot", "POST", "/audit/tasks", R"({"targetCheckNames":["LOGGING_DISABLED_CHECK"]})"),
        400, invalid);
    enable_logging_check();
    const std::string id = audit();
    const auto task = parsed(call("iot", "GET", "/audit/tasks/" + id));
    EXPECT_EQ(text(task.at("taskStatus")), "COMPLETED");
    EXPECT_EQ(text(task.at("taskType")), "ON_DEMAND_AUDIT_TASK");
    EXPECT_EQ(task.at("taskStatistics").at("totalChecks"), 1);
    EXPECT_EQ(task.at("taskStatistics").at("nonCompliantChecks"), 1);
    const auto& details = task.at("auditDetails").at(logging_check);
    EXPECT_EQ(text(details.at("checkRunStatus")), "COMPLETED_NON_COMPLIANT");
    EXPECT_EQ(details.at("checkCompliant"), false);
    EXPECT_EQ(details.at("totalResourcesCount"), 1);
    EXPECT_EQ(details.at("nonCompliantResourcesCount"), 1);
    const auto listed = parsed(call("iot", "GET", "/audit/tasks?" + times_in_query()));
    ASSERT_THAT(listed.at("tasks").as_array(), SizeIs(1));
    EXPECT_EQ(text(listed.at("tasks").at(0).at("taskId")), id);
    EXPECT_THAT(parsed(call("iot", "GET", "/audit/tasks?taskStatus=CANCELED&" + times_in_query()))
                    .at("tasks")
                    .as_array(),
                SizeIs(0));
    expect_refused(call("iot", "PUT", "/audit/tasks/" + id + "/cancel"), 400, invalid);
    expect_refused(call("iot", "GET", "/audit/tasks/none"), 404, missing);
}

TEST_F(AuditOperations, FindingsAreListedAndDescribed) {
    enable_logging_check();
    const std::string id = audit();
    const auto all = findings({{"taskId", id}});
    ASSERT_THAT(all, SizeIs(1));
    const auto& finding = all.at(0);
    EXPECT_EQ(text(finding.at("checkName")), logging_check);
    EXPECT_EQ(text(finding.at("severity")), "LOW");
    EXPECT_EQ(text(finding.at("reasonForNonComplianceCode")), "LOGGING_DISABLED");
    EXPECT_EQ(finding.at("isSuppressed"), false);
    EXPECT_EQ(to_text(finding.at("nonCompliantResource")),
              R"({"resourceType":"ACCOUNT_SETTINGS",)"
              R"("resourceIdentifier":{"account":"123456789012"}})");
    const std::string finding_id = text(finding.at("findingId"));
    EXPECT_EQ(parsed(call("iot", "GET", "/audit/findings/" + finding_id)).at("finding"), finding);
    EXPECT_THAT(parsed(call("iot", "GET", "/audit/relatedResources?findingId=" + finding_id))
                    .at("relatedResources")
                    .as_array(),
                SizeIs(0));
    EXPECT_THAT(findings({{"taskId", id}, {"checkName", "DEVICE_CERTIFICATE_AGE_CHECK"}}),
                SizeIs(0));
    EXPECT_THAT(findings({{"taskId", id},
                          {"resourceIdentifier", json::object{{"account", "123456789012"}}}}),
                SizeIs(1));
    expect_refused(call("iot", "POST", "/audit/findings", "{}"), 400, invalid);
    expect_refused(call("iot", "GET", "/audit/findings/none"), 404, missing);
    expect_refused(call("iot", "GET", "/audit/relatedResources?findingId=none"), 404, missing);
    expect_refused(
        call("iot", "POST", "/audit/findings",
             to_text(json::object{{"taskId", id}, {"resourceIdentifier", json::object()}})),
        400, invalid);
}

TEST_F(AuditOperations, ScheduledAuditsLive) {
    enable_logging_check();
    const std::string path = "/audit/scheduledaudits/weekly";
    const json::object wanted{{"frequency", "WEEKLY"},
                              {"dayOfWeek", "SUN"},
                              {"targetCheckNames", json::array{logging_check}},
                              {"tags", json::array{json::object{{"Key", "k"}, {"Value", "v"}}}}};
    const auto made = parsed(call("iot", "POST", path, to_text(wanted)));
    const std::string arn = "arn:aws:iot:us-east-1:123456789012:scheduledaudit/weekly";
    EXPECT_EQ(text(made.at("scheduledAuditArn")), arn);
    const auto again = call("iot", "POST", path, to_text(wanted));
    expect_refused(again, 409, "ResourceAlreadyExistsException");
    EXPECT_THAT(again.body, HasSubstr(arn));
    const auto described = parsed(call("iot", "GET", path));
    EXPECT_EQ(text(described.at("frequency")), "WEEKLY");
    EXPECT_EQ(text(described.at("dayOfWeek")), "SUN");
    EXPECT_FALSE(described.as_object().contains("dayOfMonth"));
    EXPECT_EQ(to_text(described.at("targetCheckNames")), R"(["LOGGING_DISABLED_CHECK"])");
    EXPECT_THAT(parsed(call("iot", "GET", "/tags?resourceArn=" + percent_encode(arn)))
                    .at("tags")
                    .as_array(),
                SizeIs(1));
    expect_refused(call("iot", "PATCH", path, R"({"frequency":"MONTHLY"})"), 400, invalid);
    parsed(call("iot", "PATCH", path, R"({"frequency":"MONTHLY","dayOfMonth":"LAST"})"));
    const auto listed = parsed(call("iot", "GET", "/audit/scheduledaudits"));
    ASSERT_THAT(listed.at("scheduledAudits").as_array(), SizeIs(1));
    EXPECT_EQ(text(listed.at("scheduledAudits").at(0).at("dayOfMonth")), "LAST");
    expect_refused(call("iot", "DELETE", "/audit/configuration"), 400, invalid);
    parsed(call("iot", "DELETE", path));
    expect_refused(call("iot", "DELETE", path), 404, missing);
    expect_refused(call("iot", "GET", path), 404, missing);
}

TEST_F(AuditOperations, SuppressionsLive) {
    const json::object for_good{
        {"suppressIndefinitely", true}, {"description", "known"}, {"clientRequestToken", "one"}};
    parsed(suppression("create", for_good));
    parsed(suppression("create", for_good));
    auto other = for_good;
    other["clientRequestToken"] = "two";
    expect_refused(suppression("create", other), 409, "ResourceAlreadyExistsException");
    const auto described = parsed(suppression("describe"));
    EXPECT_EQ(described.at("suppressIndefinitely"), true);
    EXPECT_EQ(text(described.at("description")), "known");
    EXPECT_FALSE(described.as_object().contains("expirationDate"));
    enable_logging_check();
    EXPECT_EQ(findings({{"taskId", audit()}}).at(0).at("isSuppressed"), true);
    const auto until = std::chrono::duration_cast<std::chrono::seconds>(
                           (clock.wall_now() + std::chrono::days(1)).time_since_epoch())
                           .count();
    parsed(suppression("update", {{"expirationDate", until}}));
    EXPECT_EQ(parsed(suppression("describe")).at("suppressIndefinitely"), false);
    const auto listed = parsed(call("iot", "POST", "/audit/suppressions/list", "{}"));
    ASSERT_THAT(listed.at("suppressions").as_array(), SizeIs(1));
    EXPECT_EQ(text(listed.at("suppressions").at(0).at("checkName")), logging_check);
    parsed(suppression("delete"));
    expect_refused(suppression("describe"), 404, missing);
    expect_refused(suppression("update", {{"description", "x"}}), 404, missing);
}

TEST_F(AuditOperations, WhatIsNoSuppressionIsRefused) {
    const json::object token{{"clientRequestToken", "one"}};
    expect_refused(suppression("create", token), 400, invalid);
    auto both = token;
    both["suppressIndefinitely"] = true;
    both["expirationDate"] = 4000000000;
    expect_refused(suppression("create", both), 400, invalid);
    auto past = token;
    past["expirationDate"] = 1000000000;
    expect_refused(suppression("create", past), 400, invalid);
    auto for_good = token;
    for_good["suppressIndefinitely"] = true;
    expect_refused(suppression("create", for_good, "NO_CHECK"), 400, invalid);
    expect_refused(suppression("create", for_good, "DEVICE_CERTIFICATE_AGE_CHECK"), 400, invalid);
    for_good["resourceIdentifier"] =
        json::object{{"account", "123456789012"}, {"clientId", "lamp"}};
    expect_refused(suppression("create", for_good), 400, invalid);
}

}  // namespace
}  // namespace gatehouse::api
