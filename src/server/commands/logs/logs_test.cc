#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.h"
#include "server/client/fake_api.h"

namespace gatehouse::server {
namespace {

using testing::HasSubstr;

class LogCommands : public testing::Test {
protected:
    // Server time: 2026-01-01T00:00:00Z.
    LogCommands() { api.answer("GET /gatehouse/v1/status", R"({"time":1767225600})"); }

    // The next page of the service's own records: each so many milliseconds after that time.
    void answer_page(std::initializer_list<std::pair<int, std::string_view>> records,
                     std::string_view next_token = "") {
        std::string events;
        for (const auto& [after_ms, message] : records) {
            events += fmt::format(
                R"({}{{"timestamp":{},"logStreamName":"2026-01-01","eventId":"{}","message":"{}"}})",
                events.empty() ? "" : ",", 1767225600000 + after_ms, after_ms, message);
        }
        const std::string more =
            next_token.empty() ? "" : fmt::format(R"(,"nextToken":"{}")", next_token);
        api.answer("POST FilterLogEvents", fmt::format(R"({{"events":[{}]{}}})", events, more));
    }
    FakeApi api;
};

TEST_F(LogCommands, TailPrintsEveryPageOfTheDefaultGroup) {
    answer_page({{0, "one"}}, "n");
    answer_page({{0, "one"}, {1, "two"}});
    const Outcome outcome = api.run({"logs", "tail", "--since", "1s", "--filter", "o"});
    EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
    EXPECT_EQ(outcome.out, "2026-01-01 00:00:00.000 one\n2026-01-01 00:00:00.001 two\n");
    const auto asked = parse_json(api.body_of("POST FilterLogEvents"), "it").value();
    EXPECT_EQ(asked.at("logGroupName"), "AWSIotLogsV2");
    EXPECT_EQ(asked.at("startTime"), 1767225599000);
    EXPECT_EQ(asked.at("filterPattern"), "o");
    EXPECT_EQ(asked.at("nextToken"), "n");
}

TEST_F(LogCommands, TailPrintsTheLatestAndReadsNothingBeforeThem) {
    answer_page({{2, "three"}}, "n");
    answer_page({{1, "two"}}, "more");
    const Outcome outcome = api.run({"logs", "tail", "--lines", "2"});
    EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
    EXPECT_EQ(outcome.out, "2026-01-01 00:00:00.001 two\n2026-01-01 00:00:00.002 three\n");
    const auto asked = parse_json(api.body_of("POST FilterLogEvents"), "it").value();
    EXPECT_EQ(asked.at("startFromHead"), false);
    EXPECT_EQ(asked.at("startTime"), 0) << "however old";
    EXPECT_EQ(asked.at("limit"), 1) << "what is still missing";
    EXPECT_EQ(asked.at("nextToken"), "n");
    EXPECT_EQ(std::ranges::count(api.requests(), "POST FilterLogEvents"), 2);
}

TEST_F(LogCommands, TailPrintsAHundredOfTenMinutesUnlessToldOtherwise) {
    api.answer("POST FilterLogEvents", R"({"events":[]})");
    const auto asked = [&](std::vector<std::string> flags) {
        flags.insert(flags.begin(), {"logs", "tail"});
        EXPECT_EQ(api.run(flags).exit, Exit::Done);
        return parse_json(api.body_of("POST FilterLogEvents"), "it").value().as_object();
    };
    json::object request = asked({});
    EXPECT_EQ(request.at("limit"), 100);
    EXPECT_EQ(request.at("startTime"), 1767225000000);
    request = asked({"--since", "1h", "--lines", "7"});
    EXPECT_EQ(request.at("limit"), 7);
    EXPECT_EQ(request.at("startTime"), 1767222000000);
    request = asked({"--since", "1h"});
    EXPECT_FALSE(request.contains("limit")) << "all of an hour";
    EXPECT_FALSE(request.contains("startFromHead"));
    EXPECT_EQ(api.run({"logs", "tail", "--lines", "0"}).exit, Exit::WrongUse);
    EXPECT_EQ(api.run({"logs", "tail", "--lines", "1000000"}).exit, Exit::WrongUse);
}

TEST_F(LogCommands, TailPrintsTheStoredTextAsJson) {
    api.answer("POST FilterLogEvents",
               R"({"events":[{"timestamp":1,"eventId":"1","message":"{\"a\":1}"}]})");
    EXPECT_EQ(api.run({"logs", "tail", "g", "--json"}).out, "{\"a\":1}\n");
}

TEST_F(LogCommands, TailShowsTheServicesOwnRecordsAloneAsSuch) {
    const auto shown = [](std::string_view group, std::string_view stream) {
        FakeApi api;
        api.answer("GET /gatehouse/v1/status", R"({"time":1})");
        api.answer(
            "POST FilterLogEvents",
            fmt::format(R"({{"events":[{{"timestamp":1,"eventId":"1","logStreamName":"{}",)"
                        R"("message":"{{\"eventType\":\"Connect\",\"clientId\":\"c\"}}"}}]}})",
                        stream));
        return api.run({"logs", "tail", std::string(group)}).out;
    };
    const std::string record = "{\"eventType\":\"Connect\",\"clientId\":\"c\"}\n";
    EXPECT_THAT(shown("AWSIotLogsV2", "1970-01-01"), HasSubstr("Connect                 client c"));
    EXPECT_EQ(shown("AWSIotLogsV2", "1970/01/01/[$LATEST]0123"),
              "1970-01-01 00:00:00.001 [1970/01/01/[$LATEST]0123] " + record);
    EXPECT_EQ(shown("/aws/lambda/f", "1970-01-01"), "1970-01-01 00:00:00.001 " + record);
}

TEST_F(LogCommands, TailSuggestsTheGroupThatWasMeant) {
    api.answer("POST DescribeLogGroups", R"({"logGroups":[{"logGroupName":"/aws/lambda/door"}]})");
    const Outcome outcome = api.run({"logs", "tail", "/aws/lambda/dor"});
    EXPECT_EQ(outcome.exit, Exit::Failed);
    EXPECT_THAT(outcome.err, HasSubstr("did you mean /aws/lambda/door?"));
}

TEST_F(LogCommands, TailRefusesAWrongSpan) {
    EXPECT_EQ(api.run({"logs", "tail", "--since", "yesterday"}).exit, Exit::WrongUse);
}

TEST_F(LogCommands, GroupsArePagedThrough) {
    api.answer("POST DescribeLogGroups", R"({"logGroups":[{"logGroupName":"a"}],"nextToken":"t"})");
    api.answer("POST DescribeLogGroups", R"({"logGroups":[{"logGroupName":"b"}]})");
    EXPECT_EQ(api.run({"logs", "groups"}).out, "a\nb\n");
}

TEST_F(LogCommands, FunctionLogsSayWhenNothingWasPrinted) {
    api.answer("GET /2015-03-31/functions/f/configuration", R"({"FunctionName":"f"})");
    const Outcome outcome = api.run({"function", "logs", "f"});
    EXPECT_EQ(outcome.exit, Exit::Failed);
    EXPECT_THAT(outcome.err, HasSubstr("has printed nothing yet"));
}

TEST_F(LogCommands, ExplainShowsTraceAndRecords) {
    api.answer("GET /gatehouse/v1/explanations/t-1",
               R"({"traceId":"t-1","explanation":"refused at Connect: wrong password",)"
               R"("trace":{"traceId":"t-1","clientId":"c","steps":[]},"records":[{"timestamp":1,)"
               R"("message":"{\"status\":\"Failure\",\"eventType\":\"Connect\"}"}]})");
    const Outcome outcome = api.run({"explain", "t-1"});
    EXPECT_EQ(outcome.exit, Exit::Done) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("refused at Connect: wrong password\n"));
    EXPECT_THAT(outcome.out, HasSubstr("client c"));
    EXPECT_THAT(outcome.out, HasSubstr("refused Connect"));
}

TEST_F(LogCommands, ClockIsAdvanced) {
    api.answer("POST /gatehouse/v1/clock", R"({"time":1767225660})");
    const Outcome outcome = api.run({"clock", "advance", "1m"});
    EXPECT_EQ(outcome.out, "it is 2026-01-01T00:01:00.000Z now\n");
    EXPECT_EQ(api.body_of("POST /gatehouse/v1/clock"), R"({"milliseconds":60000})");
    EXPECT_EQ(api.run({"clock", "advance", "soon"}).exit, Exit::WrongUse);
}

}  // namespace
}  // namespace gatehouse::server
