#include "api/logs/logs_service.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "api/api_fixture.h"
#include "api/shapes/logs/model.h"
#include "base/json.h"

namespace gatehouse::api {
namespace {

struct LogsServiceTest : ApiFixture {
    LogsServiceTest() {
        std::string name = testing::TempDir() + "logs_service_XXXXXX";
        store_settings.folder = ::mkdtemp(name.data());
        store = ::gatehouse::logs::LogStore::open(store_settings, clock).value();
        std::vector<Service> services;
        services.push_back(make_logs_service({*store, workers}));
        serve(std::move(services));
    }
    ~LogsServiceTest() override {
        store.reset();
        std::filesystem::remove_all(store_settings.folder);
    }
    net::HttpResponse op(const std::string& operation, std::string body) {
        return call("logs", "POST", "/", std::move(body),
                    {{"X-Amz-Target", "Logs_20140328." + operation}});
    }
    json::value parsed(const net::HttpResponse& response) {
        EXPECT_EQ(response.status, 200u) << response.body;
        return parse_json(response.body, "the response").value_or(nullptr);
    }
    void make_stream() {
        EXPECT_EQ(op("CreateLogGroup", R"({"logGroupName":"g"})").body, "");
        EXPECT_EQ(op("CreateLogStream", R"({"logGroupName":"g","logStreamName":"s"})").status,
                  200u);
    }
    void put(const std::string& message) {
        const auto now = std::to_string(clock.wall_now().time_since_epoch().count());
        parsed(op("PutLogEvents", R"({"logGroupName":"g","logStreamName":"s","logEvents":[)"
                                  R"({"timestamp":)" +
                                      now + R"(,"message":")" + message + R"("}]})"));
        clock.advance(std::chrono::seconds(1));
    }

    ::gatehouse::logs::StoreSettings store_settings;
    std::unique_ptr<::gatehouse::logs::LogStore> store;
};

TEST_F(LogsServiceTest, DescribeLogGroupsShowsBothFormsOfTheArn) {
    make_stream();
    const auto page = parsed(op("DescribeLogGroups", R"({"logGroupNamePrefix":"g"})"));
    const auto& group = page.at("logGroups").at(0);
    EXPECT_EQ(group.at("logGroupName"), "g");
    EXPECT_EQ(group.at("arn"), "arn:aws:logs:us-east-1:123456789012:log-group:g:*");
    EXPECT_EQ(group.at("logGroupArn"), "arn:aws:logs:us-east-1:123456789012:log-group:g");
    EXPECT_TRUE(group.as_object().contains("storedBytes"));
    const auto by_pattern = parsed(op("DescribeLogGroups", R"({"logGroupNamePattern":"g"})"));
    EXPECT_FALSE(by_pattern.at("logGroups").at(0).as_object().contains("storedBytes"));
}

TEST_F(LogsServiceTest, GetLogEventsPagesUntilTheTokenStays) {
    make_stream();
    for (const auto* text : {"a", "b", "c"}) put(text);
    auto page = parsed(op("GetLogEvents", R"({"logGroupName":"g","logStreamName":"s","limit":2,
                                              "startFromHead":true})"));
    ASSERT_EQ(page.at("events").as_array().size(), 2u);
    EXPECT_EQ(page.at("events").at(0).at("message"), "a");
    const auto next = [&] {
        return parsed(op("GetLogEvents", R"({"logGroupName":"g","logStreamName":"s","nextToken":)" +
                                             to_text(page.at("nextForwardToken")) + "}"));
    };
    page = next();
    EXPECT_EQ(page.at("events").at(0).at("message"), "c");
    const auto last = next();
    EXPECT_TRUE(last.at("events").as_array().empty());
    EXPECT_EQ(last.at("nextForwardToken"), page.at("nextForwardToken"));
}

TEST_F(LogsServiceTest, FilterLogEventsFindsByPatternAndIdentifier) {
    make_stream();
    for (const auto* text : {"one ERROR", "fine"}) put(text);
    const auto page =
        parsed(op("FilterLogEvents",
                  R"({"logGroupIdentifier":"arn:aws:logs:us-east-1:123456789012:log-group:g",
               "filterPattern":"ERROR"})"));
    ASSERT_EQ(page.at("events").as_array().size(), 1u);
    EXPECT_EQ(page.at("events").at(0).at("message"), "one ERROR");
    EXPECT_EQ(page.at("events").at(0).at("logStreamName"), "s");
    EXPECT_TRUE(page.at("searchedLogStreams").as_array().empty());
}

TEST_F(LogsServiceTest, DescribeLogStreamsLeavesTimesOutWhereThereAreNone) {
    make_stream();
    const auto page = parsed(op("DescribeLogStreams", R"({"logGroupName":"g"})"));
    const auto& stream = page.at("logStreams").at(0);
    EXPECT_EQ(stream.at("logStreamName"), "s");
    EXPECT_EQ(stream.at("arn"), "arn:aws:logs:us-east-1:123456789012:log-group:g:log-stream:s");
    EXPECT_FALSE(stream.as_object().contains("firstEventTimestamp"));
}

// PutRetentionPolicy and DeleteRetentionPolicy.
TEST_F(LogsServiceTest, KeepsARetention) {
    make_stream();
    EXPECT_EQ(op("PutRetentionPolicy", R"({"logGroupName":"g","retentionInDays":7})").status, 200u);
    const auto days = [&] {
        return parsed(op("DescribeLogGroups", "{}"))
                   .at("logGroups")
                   .at(0)
                   .as_object()
                   .if_contains("retentionInDays") != nullptr;
    };
    EXPECT_TRUE(days());
    EXPECT_EQ(op("PutRetentionPolicy", R"({"logGroupName":"g","retentionInDays":8})").status, 400u);
    EXPECT_EQ(op("DeleteRetentionPolicy", R"({"logGroupName":"g"})").status, 200u);
    EXPECT_FALSE(days());
}

// DeleteLogStream and DeleteLogGroup.
TEST_F(LogsServiceTest, DeletesWhatItIsTold) {
    make_stream();
    EXPECT_EQ(op("DeleteLogStream", R"({"logGroupName":"g","logStreamName":"s"})").status, 200u);
    EXPECT_TRUE(parsed(op("DescribeLogStreams", R"({"logGroupName":"g"})"))
                    .at("logStreams")
                    .as_array()
                    .empty());
    EXPECT_EQ(op("DeleteLogGroup", R"({"logGroupName":"g"})").status, 200u);
    EXPECT_EQ(op("DescribeLogStreams", R"({"logGroupName":"g"})").status, 400u);
}

TEST_F(LogsServiceTest, ErrorsAreTheServicesOwn) {
    make_stream();
    EXPECT_EQ(op("CreateLogGroup", R"({"logGroupName":"g"})").body,
              R"({"__type":"ResourceAlreadyExistsException",)"
              R"("message":"The specified log group already exists"})");
    EXPECT_EQ(error_type(op("DeleteLogGroup", R"({"logGroupName":"x"})")),
              "ResourceNotFoundException");
    EXPECT_EQ(error_type(op("GetLogEvents", R"({"logGroupName":"g","logGroupIdentifier":"g",
                                                "logStreamName":"s"})")),
              "ValidationException");
    EXPECT_EQ(error_type(op("FilterLogEvents", "{}")), "InvalidParameterException");
    EXPECT_EQ(error_type(op("FilterLogEvents", R"({"logGroupName":"g","limit":10001})")),
              "InvalidParameterException");
    EXPECT_EQ(error_type(op("FilterLogEvents", R"({"logGroupName":1})")), "SerializationException");
}

TEST_F(LogsServiceTest, EveryListedOperationHasAHandler) {
    const auto listed = logs::implemented_operations();
    EXPECT_EQ(api->services().all()[0].operations(),
              std::vector<std::string_view>(listed.begin(), listed.end()));
}

}  // namespace
}  // namespace gatehouse::api
