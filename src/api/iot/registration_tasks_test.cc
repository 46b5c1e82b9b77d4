// StartThingRegistrationTask, StopThingRegistrationTask, DescribeThingRegistrationTask,
// ListThingRegistrationTasks and ListThingRegistrationTaskReports.
#include <gmock/gmock.h>

#include "api/iot/iot_fixture.h"

namespace gatehouse::api {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr const char* lamps_template =
    R"({"Parameters":{"Name":{"Type":"String"}},"Resources":{"thing":{"Type":"AWS::IoT::Thing",)"
    R"("Properties":{"ThingName":{"Ref":"Name"}}}}})";

class RegistrationTaskOperations : public IotFixture {
protected:
    void SetUp() override {
        std::vector<Service> services;
        services.push_back(service());
        std::vector<OpenEndpoint> open{
            {std::string(iot::RegistrationReports::path_prefix), [this](net::HttpRequest request) {
                 return registration_reports.answer(std::move(request));
             }}};
        serve(std::move(services), std::move(open));
    }
    net::HttpResponse start(const std::string& body = lamps_template) {
        return call(
            "iot", "POST", "/thing-registration-tasks",
            to_text(json::object{{"templateBody", body},
                                 {"inputFileBucket", "fleet"},
                                 {"inputFileKey", "devices.json"},
                                 {"roleArn", "arn:aws:iam::123456789012:role/registering"}}));
    }
    void note_line(const std::string& id, registry::RegistrationReport report,
                   const std::string& text) {
        registry::RegistrationTaskRecords records(memory, {random});
        const Tenant tenant{AccountId("123456789012"), Region("us-east-1")};
        const auto task = records.read(tenant, registry::RegistrationTaskId(id)).value();
        ASSERT_TRUE(records.note_line(task, {.report = report, .bytes = 1, .text = text}));
    }
    json::value reports(const std::string& id, const std::string& type) {
        return parsed(
            call("iot", "GET", "/thing-registration-tasks/" + id + "/reports?reportType=" + type));
    }
};

TEST_F(RegistrationTaskOperations, TheLifeOfOne) {
    const std::string id = text(parsed(start()).at("taskId"));
    EXPECT_EQ(registrations_woken, 1);
    const auto described = parsed(call("iot", "GET", "/thing-registration-tasks/" + id));
    EXPECT_EQ(text(described.at("status")), "InProgress");
    EXPECT_EQ(text(described.at("inputFileKey")), "devices.json");
    EXPECT_EQ(text(described.at("templateBody")), lamps_template);
    EXPECT_EQ(described.at("percentageProgress"), 0);
    EXPECT_FALSE(described.as_object().contains("message"));
    expect_refused(start(), 400, "InvalidRequestException");
    EXPECT_THAT(parsed(call("iot", "GET", "/thing-registration-tasks?status=InProgress"))
                    .at("taskIds")
                    .as_array(),
                SizeIs(1));
    EXPECT_THAT(parsed(call("iot", "GET", "/thing-registration-tasks?status=Cancelling"))
                    .at("taskIds")
                    .as_array(),
                SizeIs(0));
    parsed(call("iot", "PUT", "/thing-registration-tasks/" + id + "/cancel"));
    EXPECT_EQ(text(parsed(call("iot", "GET", "/thing-registration-tasks/" + id)).at("status")),
              "Cancelled");
    expect_refused(call("iot", "PUT", "/thing-registration-tasks/" + id + "/cancel"), 400,
                   "InvalidRequestException");
    expect_refused(call("iot", "GET", "/thing-registration-tasks/none"), 404,
                   "ResourceNotFoundException");
    expect_refused(start("{}"), 400, "InvalidRequestException");
}

TEST_F(RegistrationTaskOperations, ReportsAreFetchedByTheirAddresses) {
    const std::string id = text(parsed(start()).at("taskId"));
    EXPECT_THAT(reports(id, "RESULTS").at("resourceLinks").as_array(), SizeIs(0));
    note_line(id, registry::RegistrationReport::Results, R"({"lineNumber":1})");
    note_line(id, registry::RegistrationReport::Errors, R"({"lineNumber":2})");
    const auto results = reports(id, "RESULTS");
    EXPECT_EQ(text(results.at("reportType")), "RESULTS");
    ASSERT_THAT(results.at("resourceLinks").as_array(), SizeIs(1));
    const std::string link = text(results.at("resourceLinks").at(0));
    const std::string origin = "http://localhost:4566";
    ASSERT_THAT(link, StartsWith(origin));
    const auto fetched = send(request("GET", link.substr(origin.size())));
    EXPECT_EQ(fetched.status, 200u);
    EXPECT_EQ(fetched.body, "{\"lineNumber\":1}\n");
    auto forged = link.substr(origin.size());
    forged.replace(forged.find("RESULTS"), 7, "ERRORS");
    EXPECT_EQ(send(request("GET", forged)).status, 403u);
    clock.advance(std::chrono::minutes(10));
    const auto late = send(request("GET", link.substr(origin.size())));
    EXPECT_EQ(late.status, 403u);
    EXPECT_THAT(late.body, HasSubstr("ListThingRegistrationTaskReports"));
}

TEST_F(RegistrationTaskOperations, LinksToReportsComeInPages) {
    const std::string id = text(parsed(start()).at("taskId"));
    const std::string line(registry::report_bytes_max / 2 + 1, 'x');
    for (int i = 0; i < 3; ++i) note_line(id, registry::RegistrationReport::Errors, line);
    const auto first = reports(id, "ERRORS&maxResults=2");
    EXPECT_THAT(first.at("resourceLinks").as_array(), SizeIs(2));
    const auto second = reports(id, "ERRORS&maxResults=2&nextToken=" + text(first.at("nextToken")));
    EXPECT_THAT(second.at("resourceLinks").as_array(), SizeIs(1));
    EXPECT_FALSE(second.as_object().contains("nextToken"));
    const std::string of = "/thing-registration-tasks/" + id + "/reports?reportType=ERRORS";
    expect_refused(call("iot", "GET", of + "&nextToken=2x"), 400, "InvalidRequestException");
    expect_refused(call("iot", "GET", "/thing-registration-tasks/none/reports?reportType=ERRORS"),
                   400, "InvalidRequestException");
}

}  // namespace
}  // namespace gatehouse::api
