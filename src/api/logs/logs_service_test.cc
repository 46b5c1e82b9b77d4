#include "api/logs/logs_service.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <thread>

#include "api/api_fixture.h"
#include "api/logs/record_pointer.h"
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
    json::value results_of(const std::string& query, const std::string& more = "",
                           const std::string& groups = R"("logGroupName":"g")") {
        const auto begin =
            std::chrono::duration_cast<std::chrono::seconds>(clock.wall_now().time_since_epoch())
                .count();
        const auto started =
            op("StartQuery", "{" + groups + R"(,"startTime":)" + std::to_string(begin - 3600) +
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

TEST_F(LogsServiceTest, AKeyThatNothingIsEncryptedWithIsRefused) {
    const auto refused =
        op("CreateLogGroup",
           R"({"logGroupName":"g","kmsKeyId":"arn:aws:kms:us-east-1:123456789012:key/k"})");
    EXPECT_EQ(refused.status, 400u);
    EXPECT_NE(refused.body.find("InvalidParameterException"), std::string::npos);
    EXPECT_NE(refused.body.find("kmsKeyId is not supported"), std::string::npos);
    EXPECT_TRUE(parsed(op("DescribeLogGroups", "{}")).at("logGroups").as_array().empty());
}

TEST_F(LogsServiceTest, DescribeLogGroupsShowsThoseThatAreNamed) {
    make_stream();
    parsed(op("CreateLogGroup", R"({"logGroupName":"h"})"));
    parsed(op("CreateLogGroup", R"({"logGroupName":"i"})"));
    const auto page = parsed(op(
        "DescribeLogGroups",
        R"({"logGroupIdentifiers":["i","arn:aws:logs:us-east-1:123456789012:log-group:h","x"]})"));
    const auto& groups = page.at("logGroups").as_array();
    ASSERT_EQ(groups.size(), 2u);
    EXPECT_EQ(groups.at(0).at("logGroupName"), "h");
    EXPECT_EQ(groups.at(1).at("logGroupName"), "i");
    EXPECT_EQ(
        op("DescribeLogGroups", R"({"logGroupIdentifiers":["h"],"logGroupNamePrefix":"h"})").status,
        400u);
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

// Two groups, of which one began a second later.
TEST_F(LogsServiceTest, AQueryOverSeveralGroupsFiltersBeforeItHoldsAnything) {
    for (const std::string group : {"g", "h"}) {
        EXPECT_EQ(op("CreateLogGroup", R"({"logGroupName":")" + group + "\"}").status, 200u);
        EXPECT_EQ(op("CreateLogStream", R"({"logStreamName":"s","logGroupName":")" + group + "\"}")
                      .status,
                  200u);
    }
    const auto now = clock.wall_now().time_since_epoch().count();
    for (int i = 0; i < 6; ++i) {
        const std::string group = i % 2 == 0 ? "g" : "h";
        parsed(op("PutLogEvents", R"({"logStreamName":"s","logGroupName":")" + group +
                                      R"(","logEvents":[{"timestamp":)" + std::to_string(now + i) +
                                      R"(,"message":"m)" + std::to_string(i) + "\"}]}"));
    }
    const std::string groups = R"("logGroupNames":["g","h","g"])";
    const auto answer = results_of("filter @message != 'm4' | fields @message", "", groups);
    EXPECT_EQ(answer.at("status"), "Complete");
    EXPECT_EQ(answer.at("statistics").at("recordsMatched"), 5);
    EXPECT_EQ(answer.at("statistics").at("recordsScanned"), 6) << "g is read once";
    std::string messages;
    for (const auto& row : answer.at("results").as_array()) {
        messages += row.at(0).at("value").as_string();
    }
    EXPECT_EQ(messages, "m5m3m2m1m0");
}

TEST_F(LogsServiceTest, AQueryNamesItsGroupsInOneWayAndOnlyOnesOfItsOwn) {
    make_stream();
    const auto refusal = [&](const std::string& groups) {
        return error_type(op("StartQuery", R"({"startTime":1,"endTime":9223372036854775807,)"
                                           R"("queryString":"limit 1",)" +
                                               groups + "}"));
    };
    EXPECT_EQ(refusal(R"("logGroupName":"g","logGroupNames":["g"])"), "InvalidParameterException");
    const std::string arn = "arn:aws:logs:us-east-1:";
    EXPECT_EQ(refusal(R"("logGroupIdentifiers":[")" + arn + R"(999999999999:log-group:g"])"),
              "ResourceNotFoundException");
    EXPECT_EQ(refusal(R"("logGroupIdentifiers":[")" + arn + R"(123456789012:log-group:g"])"),
              "(none)");
    EXPECT_EQ(error_type(op("TagResource", R"({"resourceArn":"arn:aws:logs:eu-west-1:123456789012:)"
                                           R"(log-group:g","tags":{"a":"1"}})")),
              "ResourceNotFoundException");
}

// The only worker is held, so that all of them wait.
TEST_F(LogsServiceTest, AQueryThatRunsIsNeverForgottenAndOneThatEndedKeepsItsResultsAlone) {
    make_stream();
    std::promise<void> go;
    async::WorkerPool own{{.name = "queries", .threads = 1}};
    ASSERT_TRUE(own.post([wait = go.get_future().share()] { wait.wait(); }));
    const Tenant tenant{AccountId("123456789012"), Region("us-east-1")};
    logs::QueryBoard board(logs::LogAccess{*store, own});
    const logs::QueryRequest request{
        .tenant = tenant, .groups = {"g"}, .text = "limit 1", .start_time = 1, .end_time = 2};
    const std::string first = board.start(request).value();
    for (std::size_t i = 0; i < 2 * logs::QueryBoard::kept_max; ++i) {
        const auto id = board.start(request);
        ASSERT_TRUE(id) << id.error().message;
        ASSERT_TRUE(board.stop(tenant, *id));
    }
    EXPECT_TRUE(board.find(tenant, first));
    EXPECT_LE(board.list(tenant).size(), logs::QueryBoard::kept_max + 1);
    for (std::size_t i = 1; i < logs::QueryBoard::running_max; ++i) {
        ASSERT_TRUE(board.start(request));
    }
    EXPECT_EQ(board.start(request).error().kind, ErrorKind::LimitExceeded);
    ASSERT_TRUE(store->create_group({tenant.account, Region("eu-west-1")}, "g"));
    logs::QueryRequest elsewhere = request;
    elsewhere.tenant.region = Region("eu-west-1");
    const auto alone = board.start(elsewhere);
    ASSERT_TRUE(alone) << "each account and region has its own bound";
    EXPECT_TRUE(board.find(tenant, first));
    go.set_value();
    // The last one; those of the other region may be forgotten as they end.
    const auto state = [&] { return board.find(elsewhere.tenant, *alone).value().status; };
    while (state() == logs::QueryState::Running) std::this_thread::yield();
    EXPECT_EQ(state(), logs::QueryState::Complete);
}

TEST_F(LogsServiceTest, QueriesStopWithTheirBoard) {
    make_stream();
    put("m");
    std::promise<void> go;
    auto own = std::make_unique<async::WorkerPool>(
        async::WorkerPool::Settings{.name = "queries", .threads = 1});
    ASSERT_TRUE(own->post([wait = go.get_future().share()] { wait.wait(); }));
    auto board = std::make_unique<logs::QueryBoard>(logs::LogAccess{*store, *own});
    const Tenant tenant{AccountId("123456789012"), Region("us-east-1")};
    ASSERT_TRUE(board->start({.tenant = tenant, .groups = {"g"}, .text = "", .end_time = 9}));
    board.reset();
    go.set_value();
    own.reset();
}

TEST_F(LogsServiceTest, ARecordShowsABoundedPartOfALargeMessage) {
    make_stream();
    const auto fields_of = [&](const std::string& message) {
        put(message);
        const auto answer = results_of("fields @timestamp | limit 1");
        const std::string pointer(answer.at("results").at(0).at(1).at("value").as_string());
        return parsed(op("GetLogRecord", R"({"logRecordPointer":")" + pointer + "\"}"))
            .at("logRecord")
            .as_object();
    };
    std::string numbers = "[1";
    for (int i = 0; i < 5'000; ++i) numbers += ",1";
    EXPECT_EQ(fields_of(R"({\"a\":)" + numbers + "]}").size(), logs::record_fields_max + 6);
    const auto few = fields_of(R"({\")" + std::string(100'000, 'k') + R"(\":)" + numbers + "]}");
    EXPECT_LT(few.size(), 30u);
    EXPECT_TRUE(few.contains("@message"));
}

TEST_F(LogsServiceTest, APageOfQueriesGoesOnAfterOneThatIsForgotten) {
    make_stream();
    (void)results_of("limit 1");
    const auto now = std::to_string(clock.wall_now().time_since_epoch().count() + 1);
    const auto page = op("DescribeQueries", R"({"nextToken":")" + now + R"( gone"})");
    EXPECT_EQ(parsed(page).at("queries").as_array().size(), 1u);
    EXPECT_EQ(error_type(op("DescribeQueries", R"({"nextToken":"nonsense"})")),
              "InvalidParameterException");
}

TEST_F(LogsServiceTest, AGroupWithTagsThatMayNotBeIsNotMade) {
    const auto made = [&](const std::string& tags) {
        return error_type(op("CreateLogGroup", R"({"logGroupName":"g","tags":)" + tags + "}"));
    };
    EXPECT_EQ(made(R"({"aws:x":"y"})"), "InvalidParameterException");
    EXPECT_EQ(made(R"({"x":"y"})"), "(none)");
    std::string many = R"({"k":"v")";
    for (int i = 0; i < 49; ++i) many += ",\"" + std::to_string(i) + R"(":"v")";
    EXPECT_EQ(error_type(op("TagResource",
                            R"({"resourceArn":"arn:aws:logs:us-east-1:123456789012:log-group:g",)"
                            R"("tags":)" +
                                many + "}}")),
              "TooManyTagsException");
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
