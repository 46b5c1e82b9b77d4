#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "logs/insights_run.h"

namespace gatehouse::logs::insights {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// 2026-01-01T00:00:00Z, and a record each minute, as AWS IoT logs them.
constexpr std::int64_t begin_ms = 1'767'225'600'000;
const std::vector<std::string> entries{
    R"({"eventType":"Connect","status":"Success","clientId":"a","ms":10,"ok":true})",
    R"({"eventType":"Connect","status":"Failure","clientId":"b","reason":"AUTHORIZATION_FAILURE"})",
    R"({"eventType":"Publish-In","status":"Success","clientId":"a","ms":30,"topicName":"t/1"})",
    R"({"eventType":"Publish-In","status":"Success","clientId":"c","ms":20,"n":{"x":[7,8]}})",
    "user=amy method=GET latency := 42 done",
    "REPORT RequestId: id-1\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t"};

Result<Results> run(std::string_view text, RunLimits limits = {}) {
    auto query = parse_query(text);
    if (!query) return fail(query.error());
    limits.now_seconds = begin_ms / 1000 + 400;
    Run run(*query, limits);
    for (std::size_t i = entries.size(); i-- > 0;) {
        const auto at = begin_ms + static_cast<std::int64_t>(i) * 60'000;
        auto added =
            run.add(std::make_shared<const Record>(Record{.timestamp = at,
                                                          .ingested = at,
                                                          .message = entries[i],
                                                          .stream = "s" + std::to_string(i % 2),
                                                          .log = "1:g",
                                                          .pointer = "p" + std::to_string(i)}));
        if (!added) return fail(added.error());
        if (run.has_enough()) break;
    }
    return run.finish();
}

// The rows as "a,b;c,d", without @ptr.
std::string table(std::string_view text) {
    const auto results = run(text);
    if (!results) return results.error().message;
    std::string all;
    bool is_first = true;
    for (const ResultRow& row : results->rows) {
        std::string line;
        for (const auto& [name, value] : row) {
            if (name != "@ptr") line += (line.empty() ? "" : ",") + value;
        }
        all += (std::exchange(is_first, false) ? "" : ";") + line;
    }
    return all;
}

struct Case {
    const char* query;
    const char* rows;
};
class InsightsTest : public testing::TestWithParam<Case> {};

TEST_P(InsightsTest, AnswersAsDocumented) {
    EXPECT_EQ(table(GetParam().query), GetParam().rows) << GetParam().query;
}

// The queries of the AWS IoT guide's "Useful queries", and the rest of the language.
INSTANTIATE_TEST_SUITE_P(
    Queries, InsightsTest,
    testing::Values(
        Case{"fields @timestamp, eventType | filter clientId = \"a\" | sort @timestamp desc",
             "2026-01-01 00:02:00.000,Publish-In;2026-01-01 00:00:00.000,Connect"},
        Case{"fields eventType, reason | filter status = 'Failure' and eventType = 'Connect'",
             "Connect,AUTHORIZATION_FAILURE"},
        Case{"stats count(*) by eventType, status | sort eventType, status desc",
             "2;Connect,Success,1;Connect,Failure,1;Publish-In,Success,2"},
        Case{"filter ispresent(ms) | stats sum(ms) as s, avg(ms), min(ms), max(ms), "
             "pct(ms, 50), stddev(ms), count_distinct(clientId)",
             "60,20,10,30,20,8.16496580927726,2"},
        Case{"filter ispresent(eventType) | stats count() as n by bin(2m) as t | sort t | display "
             "t, n",
             "2026-01-01 00:00:00.000,2;2026-01-01 00:02:00.000,2"},
        Case{"filter eventType like /^Pub/ | fields topicName | limit 5", ";t/1"},
        Case{"filter @message like 'Connect' | fields clientId", "b;a"},
        Case{"filter @message not like /Connect|REPORT|user/ | fields clientId", "c;a"},
        Case{"filter clientId in ['b', \"c\"] | fields clientId", "c;b"},
        Case{"filter clientId not in ['b', 'c'] | fields clientId", "a;a"},
        Case{"filter not (clientId = 'a') and ispresent(clientId) | fields clientId", "c;b"},
        Case{"filter reason != 'x' or ms < 11 | fields clientId", "b;a"},
        Case{"filter ok = 1 | fields ok", "1"}, Case{"filter ok = 'true' | fields ms", "10"},
        Case{"filter n.x.1 = 8 | fields n.x.0 as first, n", "7,{\"x\":[7,8]}"},
        Case{"filter ms >= 20 | sort ms asc | fields ms * 2 + 1 as twice, ms ^ 2, -ms | limit 1",
             "41,400,-20"},
        Case{"parse @message 'user=* method=* latency := * ' as user, method, latency | filter "
             "latency > 41 | display user, method, latency",
             "amy,GET,42"},
        Case{"parse 'user=* m' as @user | filter ispresent(@user) | display @user", "amy"},
        Case{"parse @message /user=(?<u>\\w+) method=(?<m>\\S+)/ | filter m = 'GET' | display u, m",
             "amy,GET"},
        Case{"filter @type = 'REPORT' | fields @requestId, @duration, @billedDuration",
             "id-1,1.5,2"},
        Case{"dedup clientId | filter ispresent(clientId) | fields clientId", "c;a;b"},
        Case{"filter clientId = 'a' | fields @logStream, @log | limit 1", "s0,1:g"},
        Case{"fields toupper(eventType) as e, strlen(clientId), substr(eventType, 1, 3), "
             "concat(clientId, '-', status), coalesce(reason, 'none') | filter clientId = 'b'",
             "CONNECT,1,onn,b-Failure,AUTHORIZATION_FAILURE"},
        Case{"stats count(*) by clientId | stats count(*) as clients", "4"},
        Case{"stats latest(eventType) as l, earliest(eventType) as e by clientId | filter clientId "
             "= 'a' | display l, e",
             "Publish-In,Connect"},
        Case{"filter clientId = 'nobody' | stats count(*)", "0"},
        Case{"FIELDS `eventType` # a remark\n| FILTER clientId='b'", "Connect"},
        Case{"filter strcontains(eventType, 'Pub') | stats count(*) as n", "2"}));

// What is computed of aggregates: sample queries of the console's and of AWS's guides.
INSTANTIATE_TEST_SUITE_P(
    StatsExpressions, InsightsTest,
    testing::Values(
        Case{"filter @type = \"REPORT\" | fields @requestId, @billedDuration "
             "| sort by @billedDuration desc",
             "id-1,2"},
        Case{"filter @type = \"REPORT\" | stats max(@memorySize / 1000 / 1000) as provisioned, "
             "max(@memorySize / 2000 / 1000) as used, provisioned - used as rest",
             "128,64,64"},
        Case{"stats sum(strcontains(@message, \"Connect\"))/count(*) * 100 as pct, max(ms)",
             "33.33333333333333,30"},
        Case{"filter ms > 0 | stats avg(ms)/2 by eventType | sort eventType",
             "Connect,5;Publish-In,12.5"},
        Case{"stats -count(*), (sum(ms) + 1) * 2, floor(avg(ms) / 3)", "-6,122,6"},
        Case{
            "stats count(*) as n, n * 2 as twice, twice + n as all | filter all = 18 | display all",
            "18"},
        Case{"stats count(*) as n by eventType | sort by n desc, eventType | limit 1", "2"},
        Case{"fields isValidIp('10.0.0.1') as a, isValidIpv4('::1') as b, isValidIpv6('::1') as c, "
             "isIpv4InSubnet('10.0.0.200', '10.0.0.128/25') as d, "
             "isIpv4InSubnet('10.0.0.100', '10.0.0.128/25') as e, "
             "isIpInSubnet('fd00::1', 'fd00::/8') as f, isIpv4InSubnet('x', '10.0.0.0/8') as g "
             "| display a, b, c, d, e, f, g | limit 1",
             "1,0,1,1,0,1,0"},
        Case{"fields now() - toMillis(@timestamp) / 1000 as age | sort age | limit 1 | display age",
             "100"}));

TEST(Insights, WithoutFieldsTimeMessageAndPointerAreShown) {
    const auto results = run("filter clientId = 'b'");
    ASSERT_TRUE(results) << results.error().message;
    ASSERT_EQ(results->rows.size(), 1u);
    EXPECT_THAT(
        results->rows[0],
        ElementsAre(std::pair<std::string, std::string>("@timestamp", "2026-01-01 00:01:00.000"),
                    std::pair<std::string, std::string>("@message", entries[1]),
                    std::pair<std::string, std::string>("@ptr", "p1")));
    EXPECT_EQ(results->records_matched, 1u);
    EXPECT_EQ(results->records_scanned, entries.size());
}

TEST(Insights, ALimitThatIsReachedEndsTheSearch) {
    const auto results = run("limit 2");
    ASSERT_TRUE(results);
    EXPECT_EQ(results->rows.size(), 2u);
    EXPECT_LT(results->records_scanned, entries.size());
    EXPECT_EQ(run("fields @message", {.rows = 3})->rows.size(), 3u);
}

TEST(Insights, WhatWouldTakeTooMuchMemoryIsRefused) {
    EXPECT_EQ(run("sort @timestamp", {.memory_bytes = 500}).error().kind, ErrorKind::LimitExceeded);
    EXPECT_EQ(run("stats count(*) by @message", {.groups = 2}).error().kind,
              ErrorKind::LimitExceeded);
}

// A query over as many records with these messages.
Result<Results> run_over(std::string_view text, const std::vector<std::string>& messages,
                         std::size_t times, RunLimits limits = {}) {
    auto query = parse_query(text);
    if (!query) return fail(query.error());
    Run run(*query, std::move(limits));
    std::int64_t at = begin_ms;
    for (std::size_t i = 0; i < times; ++i) {
        for (const std::string& message : messages) {
            auto added = run.add(std::make_shared<const Record>(
                Record{.timestamp = --at, .message = message, .pointer = std::to_string(at)}));
            if (!added) return fail(added.error());
        }
    }
    return run.finish();
}

bool is_over_its_limits(const Result<Results>& results) {
    return !results && results.error().kind == ErrorKind::LimitExceeded;
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

TEST(Insights, TextsThatFunctionsMakeStayWithinTheirBound) {
    const std::string message = repeated("ab", 128 * 1024);
    const auto length = [&](const std::string& call) {
        const auto results =
            run_over("fields " + call + " as x | fields strlen(x) as n | display n", {message}, 1);
        return results ? results->rows.at(0).at(0).second : results.error().message;
    };
    EXPECT_EQ(length("replace(@message, 'a', @message)"), std::to_string(text_bytes_max));
    EXPECT_EQ(length("concat(@message" + repeated(", @message", 900) + ")"),
              std::to_string(text_bytes_max));
    EXPECT_EQ(length("concat(@message, '!')"), std::to_string(message.size() + 1));
}

TEST(Insights, WhatMakesTooMuchTextOfOneRecordFails) {
    const std::string message = repeated("ab", 128 * 1024);
    EXPECT_TRUE(is_over_its_limits(run_over(
        "fields @message as x" + repeated(" | fields replace(x, 'a', x) as x", 40), {message}, 1)));
    std::string many = "fields @message as x0";
    std::string keys = "sort concat(@message, 0)";
    for (int i = 1; i < 90; ++i) {
        many += ", concat(@message, @message, @message) as x" + std::to_string(i);
        keys += ", concat(@message, " + std::to_string(i) + ")";
    }
    EXPECT_TRUE(is_over_its_limits(run_over(many, {message}, 1)));
    EXPECT_TRUE(is_over_its_limits(run_over(keys, {message}, 1)));
}

TEST(Insights, AColumnThatIsShownTwiceIsOneColumn) {
    const auto results = run_over("display @message, @message, @message", {"m"}, 1);
    ASSERT_TRUE(results) << results.error().message;
    EXPECT_EQ(results->rows.at(0).size(), 2u) << "and @ptr";
}

TEST(Insights, AllThatIsHeldIsCounted) {
    std::vector<std::string> messages;
    for (int i = 0; i < 64; ++i) messages.push_back(std::to_string(i) + std::string(20'000, 'x'));
    const RunLimits limits{.memory_bytes = 1UL << 20};
    for (const std::string query :
         {"stats latest(@message) by @ptr", "stats count(*) by @message",
          "stats count_distinct(@message)", "stats max(@message) by @ptr", "dedup @message",
          "sort concat(@message, 1)", "fields @message"}) {
        EXPECT_TRUE(is_over_its_limits(run_over(query, messages, 1, limits))) << query;
    }
    EXPECT_TRUE(is_over_its_limits(
        run_over("stats count()" + repeated(", count()", 1'000) + " by @ptr", {"m"}, 64, limits)));
    EXPECT_TRUE(
        is_over_its_limits(run_over("stats pct(strlen(@message), 9)", {"m"}, 200'000, limits)));
}

TEST(Insights, WhatIsNotHeldIsNotCounted) {
    const std::vector<std::string> two{std::string(1'000, 'a'), std::string(1'000, 'b')};
    const RunLimits limits{.memory_bytes = 64UL << 10};
    for (const std::string query :
         {"stats count_distinct(@message) as n", "stats pct(absent, 99) as n, count(*)",
          "stats count(*) by @message | limit 1", "dedup @message | limit 1 | fields 2 as n",
          "sort @timestamp desc | limit 10"}) {
        const auto results = run_over(query, two, 1'000, limits);
        EXPECT_TRUE(results) << query << results.error().message;
    }
    // Rows that were sorted are counted once.
    EXPECT_TRUE(run_over("sort @timestamp", two, 500, {.memory_bytes = 3UL << 20}));
}

TEST(Insights, RegularExpressionsAndTheirTextsAreBounded) {
    EXPECT_FALSE(parse_query("filter a =~ /x/" + repeated(" or a =~ /x/", regexes_max)));
    EXPECT_FALSE(parse_query("filter a =~ /.{999}/" + repeated(" or a =~ /.{999}/", 8)));
    std::string stars, names = "a", groups;
    for (std::size_t i = 0; i <= parsed_fields_max; ++i) {
        stars += "*,";
        groups += "(?<g" + std::to_string(i) + ">x)";
        if (i > 0) names += ",a";
    }
    EXPECT_FALSE(parse_query("parse @message '" + stars + "' as " + names));
    EXPECT_FALSE(parse_query("parse @message /" + groups + "/"));
    const std::string hard = "filter @message not like /[ab]*a[ab]{900}c/";
    EXPECT_TRUE(run_over(hard, {repeated("ab", 1'000)}, 1));
    EXPECT_TRUE(
        is_over_its_limits(run_over(hard + repeated(" and @message not like /[ab]*a[ab]{900}c/", 3),
                                    {repeated("ab", 64 * 1024)}, 1)));
    const std::string late = std::string(matched_bytes_max, ' ') + "end";
    EXPECT_EQ(run_over("filter @message like /end/", {late}, 1)->rows.size(), 0u);
    EXPECT_EQ(run_over("filter @message like 'end'", {late}, 1)->rows.size(), 1u);
    EXPECT_EQ(run_over("parse @message ' *nd' as e | filter ispresent(e)", {late}, 1)->rows.size(),
              1u);
}

TEST(Insights, APatternWithStarsTakesTimeByTheLengthOfTheText) {
    std::string stars = "*", names = "a0";
    for (int i = 1; i < 200; ++i) {
        stars += "x*";
        names += ",a" + std::to_string(i);
    }
    const auto results = run_over("parse @message '" + stars + "Z' as " + names + " | limit 1",
                                  {std::string(256 * 1024, 'x')}, 20);
    ASSERT_TRUE(results) << results.error().message;
    EXPECT_EQ(table("parse @message 'user=**method=*GET*' as a, b, c, d | filter ispresent(b) | "
                    "display a, b, c, d"),
              "amy ,, latency := 42 done");
}

TEST(Insights, AStoppedRunEndsAtTheNextRecord) {
    bool is_unwanted = false;
    const auto query = parse_query("stats count(*) by @ptr").value();
    class Run run(query, {.is_unwanted = [&] { return is_unwanted; }});
    const auto record = std::make_shared<const Record>();
    EXPECT_TRUE(run.add(record));
    is_unwanted = true;
    EXPECT_EQ(run.add(record).error().kind, ErrorKind::Cancelled);
    EXPECT_EQ(run.finish().error().kind, ErrorKind::Cancelled);
}

TEST(Insights, MixedValuesHaveOneOrderAndTimesOneRange) {
    for (const std::vector<std::string>& order :
         {std::vector<std::string>{"10", "1a", "9"}, {"1a", "9", "10"}, {"9", "10", "1a"}}) {
        std::vector<std::string> messages;
        for (const std::string& one : order) messages.push_back(R"({"v":")" + one + "\"}");
        const auto results = run_over("sort v | fields v", messages, 1);
        std::string all;
        for (const ResultRow& row : results->rows) all += row.at(0).second + ' ';
        EXPECT_EQ(all, "9 10 1a ");
    }
    EXPECT_EQ(table("fields fromMillis(-(10 ^ 300)) as a, datefloor(10 ^ 300, '1h') as b, "
                    "fromMillis(10 ^ 300) as c, 1 as d | limit 1 | display a, b, c, d"),
              "1");
}

TEST(Insights, TextsAreCountedInCharacters) {
    const auto results = run_over(
        "fields strlen(@message) as n, substr(@message, 0, 1) as a, "
        "substr(@message, 2) as b, substr(@message, 9) as c",
        {"\xc3\xa9t\xc3\xa9"}, 1);
    ASSERT_TRUE(results) << results.error().message;
    EXPECT_EQ(results->rows[0][0].second, "3");
    EXPECT_EQ(results->rows[0][1].second, "\xc3\xa9");
    EXPECT_EQ(results->rows[0][2].second, "\xc3\xa9");
    EXPECT_EQ(results->rows[0][3].second, "");
}

TEST(Insights, RefusesWithThePlaceOfTheMistake) {
    for (const char* const text : {"nonsense",
                                   "fields",
                                   "fields a,",
                                   "filter",
                                   "filter a =",
                                   "filter (a = 1",
                                   "filter a like",
                                   "filter a like b",
                                   "filter a like /(/",
                                   "filter a in",
                                   "filter a in [1",
                                   "filter a not b",
                                   "stats",
                                   "stats sum(a",
                                   "stats nothing(a)",
                                   "stats pct(a)",
                                   "stats pct(a, 101)",
                                   "stats count(*) by",
                                   "stats a",
                                   "stats a + count(*)",
                                   "stats sum(max(a))",
                                   "stats count(*) as n, m",
                                   "stats count(*) by bin(1x)",
                                   "fields datefloor(@timestamp, 5)",
                                   "sort by",
                                   "sort",
                                   "limit",
                                   "limit 0",
                                   "limit 10001",
                                   "limit x",
                                   "parse",
                                   "parse @message",
                                   "parse @message 'a*' as b, c",
                                   "parse @message 'ab' as b",
                                   "parse @message /(a)/",
                                   "filter 'open",
                                   "filter a = 1 filter b = 2",
                                   "| filter a = 1",
                                   "filter nofunction(a)",
                                   "filter strlen()",
                                   "filter a = $",
                                   "diff",
                                   "filter a /"}) {
        const auto query = parse_query(text);
        ASSERT_FALSE(query) << text;
        EXPECT_EQ(query.error().kind, ErrorKind::InvalidInput) << text;
        EXPECT_EQ(query.error().place.field, "queryString") << text;
        EXPECT_GT(query.error().place.column, 0u) << text;
    }
    EXPECT_FALSE(parse_query(std::string(query_bytes_max + 1, ' ')));
    EXPECT_FALSE(parse_query("filter " + std::string(100, '(') + "a" + std::string(100, ')')));
    EXPECT_FALSE(parse_query("filter " + std::string(100, '-') + "1"));
    EXPECT_THAT(parse_query("pattern @message").error().message, HasSubstr("it knows fields"));
    EXPECT_TRUE(parse_query(""));
}

}  // namespace
}  // namespace gatehouse::logs::insights
