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
        queries = std::make_unique<logs::QueryBoard>(logs::LogAccess{*store, workers});
        std::vector<Service> services;
        services.push_back(make_logs_service({*store, workers, *queries}));
        serve(std::move(services));
    }
    ~LogsServiceTest() override {
        queries.reset();
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
    // The answer of a query that has ended.
    json::value results_of(const std::string& query, const std::string& more = "") {
        const auto begin =
            std::chrono::duration_cast<std::chrono::seconds>(clock.wall_now().time_since_epoch())
                .count();
        const auto started =
            op("StartQuery", R"({"logGroupName":"g","startTime":)" + std::to_string(begin - 3600) +
                                 R"(,"endTime":)" + std::to_string(begin + 1) +
                                 R"(,"queryString":")" + query + '"' + more + '}');
        const auto id = std::string(parsed(started).at("queryId").as_string());
        while (true) {
            auto answer = parsed(op("GetQueryResults", R"({"queryId":")" + id + "\"}"));
            if (answer.at("status") != "Running") return answer;
        }
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
    std::unique_ptr<logs::QueryBoard> queries;
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

// StartQuery, GetQueryResults, DescribeQueries, StopQuery, GetLogRecord.
TEST_F(LogsServiceTest, AQueryAnswersRowsThatLeadBackToTheirEvents) {
    make_stream();
    put(R"({\"eventType\":\"Connect\",\"n\":{\"a\":[1]}})");
    put(R"({\"eventType\":\"Publish-In\"})");
    const auto answer = results_of("fields eventType | filter eventType = 'Connect'");
    EXPECT_EQ(answer.at("status"), "Complete");
    EXPECT_EQ(answer.at("statistics").at("recordsMatched"), 1);
    EXPECT_EQ(answer.at("statistics").at("recordsScanned"), 2);
    ASSERT_EQ(answer.at("results").as_array().size(), 1u);
    const auto& row = answer.at("results").at(0);
    EXPECT_EQ(row.at(0).at("field"), "eventType");
    EXPECT_EQ(row.at(0).at("value"), "Connect");
    EXPECT_EQ(row.at(1).at("field"), "@ptr");
    const std::string pointer(row.at(1).at("value").as_string());
    const auto record =
        parsed(op("GetLogRecord", R"({"logRecordPointer":")" + pointer + "\"}")).at("logRecord");
    EXPECT_EQ(record.at("eventType"), "Connect");
    EXPECT_EQ(record.at("n.a.0"), "1");
    EXPECT_EQ(record.at("@logStream"), "s");
    EXPECT_EQ(op("GetLogRecord", R"({"logRecordPointer":"AAAA"})").status, 400u);

    EXPECT_EQ(results_of("stats count(*) as n").at("results").at(0).at(0).at("value"), "2");
    EXPECT_EQ(results_of("fields @message", R"(,"limit":1)").at("results").as_array().size(), 1u);
    const auto known = parsed(op("DescribeQueries", R"({"maxResults":2})"));
    ASSERT_EQ(known.at("queries").as_array().size(), 2u);
    EXPECT_EQ(known.at("queries").at(0).at("queryString"), "fields @message");
    const std::string token(known.at("nextToken").as_string());
    const auto rest = parsed(op("DescribeQueries", R"({"nextToken":")" + token + "\"}"));
    EXPECT_EQ(rest.at("queries").as_array().size(), 1u);
    const std::string id(known.at("queries").at(0).at("queryId").as_string());
    EXPECT_EQ(op("StopQuery", R"({"queryId":")" + id + "\"}").status, 400u) << "it has ended";
}

// StartQuery: what is refused.
TEST_F(LogsServiceTest, QueriesThatCannotRunAreRefusedAtOnce) {
    make_stream();
    const auto refusal = [&](const std::string& members) {
        return op("StartQuery", R"({"startTime":1,"endTime":2,)" + members + "}").body;
    };
    const std::string group = R"("logGroupName":"g",)";
    EXPECT_NE(refusal(group + R"("queryString":"filter a ==")").find("MalformedQueryException"),
              std::string::npos);
    EXPECT_NE(refusal(group + R"("queryString":"nonsense")").find("at line 1 and position 1"),
              std::string::npos);
    EXPECT_NE(refusal(R"("logGroupName":"other","queryString":"limit 1")")
                  .find("ResourceNotFoundException"),
              std::string::npos);
    EXPECT_NE(refusal(R"("queryString":"limit 1")").find("InvalidParameterException"),
              std::string::npos);
    EXPECT_EQ(op("GetQueryResults", R"({"queryId":"none"})").status, 400u);
}

// TagResource, UntagResource, ListTagsForResource, TagLogGroup, UntagLogGroup, ListTagsLogGroup,
// CreateLogGroup with tags.
TEST_F(LogsServiceTest, GroupsHaveTags) {
    EXPECT_EQ(op("CreateLogGroup", R"({"logGroupName":"g","tags":{"a":"1"}})").status, 200u);
    const std::string arn = R"({"resourceArn":"arn:aws:logs:us-east-1:123456789012:log-group:g")";
    EXPECT_EQ(op("TagResource", arn + R"(,"tags":{"b":"2"}})").status, 200u);
    EXPECT_EQ(op("TagLogGroup", R"({"logGroupName":"g","tags":{"c":"3"}})").status, 200u);
    EXPECT_EQ(op("UntagResource", arn + R"(,"tagKeys":["a"]})").status, 200u);
    EXPECT_EQ(op("UntagLogGroup", R"({"logGroupName":"g","tags":["c"]})").status, 200u);
    EXPECT_EQ(parsed(op("ListTagsForResource", arn + "}")).at("tags"), (json::object{{"b", "2"}}));
    EXPECT_EQ(parsed(op("ListTagsLogGroup", R"({"logGroupName":"g"})")).at("tags"),
              (json::object{{"b", "2"}}));
    EXPECT_EQ(op("TagResource", arn + R"(,"tags":{"aws:x":"2"}})").status, 400u);
    EXPECT_EQ(op("ListTagsLogGroup", R"({"logGroupName":"none"})").status, 400u);
    queries.reset();
    store = ::gatehouse::logs::LogStore::open(store_settings, clock).value();
    const auto group = store->group({AccountId("123456789012"), Region("us-east-1")}, "g").value();
    EXPECT_EQ(group->tags(), (ResourceTags{{"b", "2"}}));
}

}  // namespace
}  // namespace gatehouse::api
