#include "sql/program.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "base/encoding.h"

namespace gatehouse::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::filesystem::path cases = std::filesystem::path(GATEHOUSE_SOURCE_DIR) / "src/sql/cases";

class Evaluator {
public:
    std::string payload = "{}";
    Version version = Version::V2016;
    Message message{.topic = "a/b", .account = "123456789012"};

    Outcome run(const std::string& sql, std::span<const Value> answers = {}) {
        auto program = Program::compile(sql, version);
        if (!program) {
            ADD_FAILURE() << sql << ": " << program.error().describe();
            return {};
        }
        parse();
        Effort effort(payload.size());
        auto outcome = program->run(message, random_, effort, answers);
        if (!outcome) {
            problem = outcome.error().message;
            return {};
        }
        return std::move(*outcome);
    }
    // Of the last run; empty: it had none.
    std::string problem;
    void parse() {
        message.payload = payload;
        message.document = document_.parse(payload) ? &document_ : nullptr;
    }

    SeededRandom random_{1};

private:
    Document document_;
};

std::string without(std::string_view line, std::string_view prefix) {
    line.remove_prefix(std::min(prefix.size(), line.size()));
    while (line.starts_with(' ')) line.remove_prefix(1);
    return std::string(line);
}

void check_expressions(const std::string& file) {
    std::ifstream lines(cases / file);
    ASSERT_TRUE(lines) << file;
    Evaluator evaluator;
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        if (line.starts_with("payload ")) {
            evaluator.payload = without(line, "payload");
        } else if (line.starts_with("version ")) {
            evaluator.version = parse_version(without(line, "version")).value();
        } else {
            const std::size_t arrow = line.rfind(" -> ");
            ASSERT_NE(arrow, line.npos) << line;
            const std::string expected = line.substr(arrow + 4);
            const auto outcome =
                evaluator.run("SELECT VALUE " + line.substr(0, arrow) + " FROM 'a'");
            EXPECT_EQ(outcome.payload.empty() ? "undefined" : outcome.payload, expected) << line;
            ++count;
        }
    }
    EXPECT_GT(count, 100u);
}

TEST(SqlPrograms, NumbersAreAsTheCasesSay) {
    check_expressions("numbers.txt");
}
TEST(SqlPrograms, TextsAreAsTheCasesSay) {
    check_expressions("texts.txt");
}

// "\x00" in the cases' texts.
std::string with_bytes(const std::string& text) {
    std::string made;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text.compare(at, 2, "\\x") == 0) {
            made += static_cast<char>(std::stoi(text.substr(at + 2, 2), nullptr, 16));
            at += 3;
        } else {
            made += text[at];
        }
    }
    return made;
}

struct StatementCase {
    std::string sql;
    Evaluator evaluator;
};

void expect_error(const std::string& sql, Version version, const std::string& expected) {
    const auto program = Program::compile(sql, version);
    ASSERT_FALSE(program) << sql;
    const Error& error = program.error();
    const std::string place = fmt::format("{}:{}", error.place.line, error.place.column);
    EXPECT_EQ(place, expected.substr(0, expected.find(' '))) << sql << ": " << error.message;
    EXPECT_THAT(error.message, HasSubstr(expected.substr(expected.find(' ') + 1))) << sql;
}

TEST(SqlPrograms, StatementsAreAsTheCasesSay) {
    std::ifstream lines(cases / "statements.txt");
    ASSERT_TRUE(lines);
    Evaluator evaluator;
    std::string sql;
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.empty()) {
            evaluator = Evaluator();
        } else if (line.starts_with("sql ")) {
            sql = without(line, "sql");
        } else if (line.starts_with("version ")) {
            evaluator.version = parse_version(without(line, "version")).value();
        } else if (line == "in" || line.starts_with("in ")) {
            evaluator.payload = with_bytes(without(line, "in"));
        } else if (line == "none") {
            EXPECT_FALSE(evaluator.run(sql).matches) << sql;
            ++count;
        } else if (line.starts_with("out")) {
            const auto outcome = evaluator.run(sql);
            EXPECT_TRUE(outcome.matches) << sql;
            EXPECT_EQ(outcome.payload, with_bytes(without(line, "out"))) << sql;
            ++count;
        } else if (line.starts_with("error ")) {
            expect_error(sql, evaluator.version, without(line, "error"));
            ++count;
        } else {
            ASSERT_TRUE(line.starts_with('#')) << line;
        }
    }
    EXPECT_GT(count, 50u);
}

TEST(SqlPrograms, FunctionsKnowTheMessage) {
    Evaluator evaluator;
    const std::vector<std::pair<std::string, std::string>> properties{
        {"a", "1"}, {"b", "2"}, {"a", "3"}};
    evaluator.message = {.topic = "/ut/device/x",
                         .account = "123456789012",
                         .now = WallTime(std::chrono::milliseconds(1'600'000'000'123)),
                         .client_id = "lamp",
                         .principal = "f00d",
                         .source_ip = "192.0.2.1",
                         .trace_id = "t-1",
                         .content_type = "text/plain",
                         .is_utf8 = true,
                         .response_topic = "r",
                         .correlation_data = "\x01\x02",
                         .user_properties = properties};
    const auto value = [&](const std::string& expression) {
        return evaluator.run("SELECT VALUE " + expression + " FROM '#'").payload;
    };
    EXPECT_EQ(value("topic()"), R"("/ut/device/x")");
    EXPECT_EQ(value("[topic(1), topic(2), topic(4)]"), R"(["","ut","x"])");
    EXPECT_EQ(value("topic(5)"), "");
    EXPECT_EQ(value("topic(0)"), "");
    EXPECT_EQ(value("clientid()"), R"("lamp")");
    EXPECT_EQ(value("[principal(), sourceip(), traceid(), accountid()]"),
              R"(["f00d","192.0.2.1","t-1","123456789012"])");
    EXPECT_EQ(value("timestamp()"), "1600000000123");
    EXPECT_EQ(value("sql_version()"), R"("2016-03-23")");
    EXPECT_EQ(value("get_mqtt_property('content_type')"), R"("text/plain")");
    EXPECT_EQ(value("get_mqtt_property('format_indicator')"), R"("UTF8_DATA")");
    EXPECT_EQ(value("get_mqtt_property('response_topic')"), R"("r")");
    EXPECT_EQ(value("get_mqtt_property('correlation_data')"), R"("AQI=")");
    EXPECT_EQ(value("get_mqtt_property('other')"), "");
    EXPECT_EQ(value("get_user_properties()"), R"([{"a":"1"},{"b":"2"},{"a":"3"}])");
    EXPECT_EQ(value("get_user_properties('a')"), R"(["1","3"])");
    EXPECT_EQ(value("get_user_properties('x')"), "");
    EXPECT_EQ(value("newuuid()").size(), 38u);
    evaluator.message = {.topic = "t"};
    EXPECT_EQ(value("clientid()"), R"("n/a")");
    EXPECT_EQ(value("[principal(), sourceip(), traceid()]"), "[]");
}

TEST(SqlPrograms, ServicesAreAskedOneAfterTheOther) {
    Evaluator evaluator;
    evaluator.payload = R"({"id": 7})";
    const std::string sql =
        "SELECT aws_lambda('arn', {'of': get_thing_shadow('lamp', 'role').state}) AS r "
        "FROM 'a' WHERE aws_lambda('arn', id).ok";
    auto first = evaluator.run(sql);
    ASSERT_TRUE(first.wanted);
    EXPECT_EQ(first.wanted->number, 0u);
    EXPECT_EQ(to_json(first.wanted->arguments.at(1)), "7");
    std::vector<Value> answers{Value::parse(R"({"ok": false})", Version::V2016)};
    EXPECT_FALSE(evaluator.run(sql, answers).wanted) << "the condition does not hold";
    answers[0] = Value::parse(R"({"ok": true})", Version::V2016);
    auto second = evaluator.run(sql, answers);
    ASSERT_TRUE(second.wanted);
    EXPECT_EQ(second.wanted->function, "get_thing_shadow");
    answers.push_back(Value::parse(R"({"state": "on"})", Version::V2016));
    auto third = evaluator.run(sql, answers);
    ASSERT_TRUE(third.wanted);
    EXPECT_EQ(to_json(third.wanted->arguments.at(1)), R"({"of":"on"})");
    answers.push_back(Value::integer(5));
    auto last = evaluator.run(sql, answers);
    EXPECT_FALSE(last.wanted);
    EXPECT_EQ(last.payload, R"({"r":5})");
}

TEST(SqlPrograms, ServicesOfOtherBranchesAreNotAsked) {
    Evaluator evaluator;
    evaluator.payload = R"({"id": 7})";
    const std::string sql =
        "SELECT CASE id WHEN 1 THEN aws_lambda('one', id) ELSE aws_lambda('other', id) END AS r "
        "FROM 'a'";
    const auto first = evaluator.run(sql);
    ASSERT_TRUE(first.wanted);
    EXPECT_EQ(first.wanted->number, 0u);
    EXPECT_EQ(to_json(first.wanted->arguments.at(0)), R"("other")");
    const std::vector<Value> answers{Value::integer(5)};
    const auto last = evaluator.run(sql, answers);
    EXPECT_FALSE(last.wanted);
    EXPECT_EQ(last.payload, R"({"r":5})");
}

TEST(SqlPrograms, ServicesThatNobodyAnswersAreRefused) {
    constexpr std::array<std::string_view, 1> answered{"aws_lambda"};
    EXPECT_TRUE(
        Program::compile("SELECT AWS_LAMBDA('arn:aws:lambda:us-east-1:000000000000:function:f', a) "
                         "AS b FROM 'a'",
                         Version::V2016, answered));
    const auto no_arn =
        Program::compile("SELECT aws_lambda('f', a) AS b", Version::V2016, answered);
    ASSERT_FALSE(no_arn);
    EXPECT_THAT(no_arn.error().describe(), HasSubstr("sql:1:19: argument 1 of aws_lambda"));
    EXPECT_TRUE(Program::compile("SELECT aws_lambda('f', a) AS b", Version::V2016));
    const auto refused =
        Program::compile("SELECT get_thing_shadow('a', 'b') FROM 'a'", Version::V2016, answered);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Unsupported);
    EXPECT_EQ(refused.error().describe(), "sql:1:8: get_thing_shadow is not done here");
}

TEST(SqlPrograms, ExplainsWhyItDoesNotMatch) {
    Evaluator evaluator;
    evaluator.payload = R"({"temperature": 20, "unit": "C"})";
    evaluator.parse();
    const auto program = Program::compile(
        "SELECT temperature AS t FROM 'a' WHERE temperature > 50 AND unit = 'C'", Version::V2016);
    ASSERT_TRUE(program);
    Effort effort(evaluator.payload.size());
    const Explanation explained =
        program->explain(evaluator.message, evaluator.random_, effort).value();
    EXPECT_FALSE(explained.matches);
    std::vector<std::string> parts;
    for (const Explained& part : explained.condition) {
        parts.push_back(part.expression + " is " + to_json(part.value));
    }
    EXPECT_THAT(parts,
                ElementsAre("temperature > 50 AND unit = 'C' is false", "temperature > 50 is false",
                            "temperature is 20", "unit = 'C' is true", R"(unit is "C")"));
}

TEST(SqlPrograms, WhatIsStrangeIsTold) {
    const auto program = Program::compile("SELECT lpad(a) FROM 'a'", Version::V2016);
    ASSERT_TRUE(program);
    ASSERT_EQ(program->warnings().size(), 1u);
    EXPECT_EQ(program->warnings()[0].describe(),
              "sql:1:8: lpad takes 2 arguments; with 1 it is Undefined");
}

TEST(SqlPrograms, ReadsThePayloadOnlyWhereItMust) {
    const auto reads = [](const std::string& sql) {
        return Program::compile(sql, Version::V2016).value().reads_payload();
    };
    EXPECT_FALSE(reads("SELECT * FROM 'a'"));
    EXPECT_FALSE(reads("SELECT encode(*, 'base64') AS p, topic(1) FROM 'a' WHERE topic(2) = 'x'"));
    EXPECT_TRUE(reads("SELECT a FROM 'a'"));
    EXPECT_TRUE(reads("SELECT * FROM 'a' WHERE b = 1"));
    EXPECT_TRUE(reads("SELECT *, 1 AS a FROM 'a'"));
}

TEST(SqlPrograms, WhatIsTooMuchIsRefused) {
    const std::string deep = "SELECT " + std::string(100, '(') + "a";
    const auto nested = Program::compile(deep, Version::V2016);
    ASSERT_FALSE(nested);
    EXPECT_THAT(nested.error().message, HasSubstr("within each other"));
    std::string chain = "SELECT a";
    for (int i = 0; i < 2000; ++i) chain += "+1";
    const auto chained = Program::compile(chain, Version::V2016);
    ASSERT_FALSE(chained);
    EXPECT_THAT(chained.error().message, HasSubstr("over 1000 operators"));
    const auto large = Program::compile(std::string(300'000, ' '), Version::V2016);
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().kind, ErrorKind::TooLarge);
}

constexpr const char* too_much_work = "it does more than one evaluation may";
constexpr const char* too_much_data = "it makes more data than one evaluation may";
constexpr const char* too_large_result = "its result is larger than one may be";

std::string array_of(std::string_view item, std::size_t count) {
    std::string array = "[";
    for (std::size_t i = 0; i < count; ++i) array.append(i == 0 ? "" : ",").append(item);
    return array + "]";
}

// What a payload and a statement come to: "" or why they come to nothing.
std::string problem_of(const std::string& payload, const std::string& sql) {
    Evaluator evaluator;
    evaluator.payload = payload;
    evaluator.run(sql);
    return evaluator.problem;
}

TEST(SqlPrograms, QueriesWithinOneAnotherEnd) {
    const std::string payload = R"({"a": )" + array_of("1", 20'000) + "}";
    const std::string level = "SELECT VALUE 1 FROM @v WHERE isUndefined(get((";
    const std::string end = "),0)) = false";
    EXPECT_EQ(problem_of(payload, "SET @v = a SELECT (" + level + level +
                                      "SELECT VALUE 1 FROM @v WHERE false" + end + end + ") AS x"),
              too_much_work);
    EXPECT_EQ(problem_of(payload,
                         "SET @v = a SELECT (SELECT VALUE (SELECT VALUE 1 FROM @v) "
                         "FROM @v) AS x"),
              too_much_data);
    EXPECT_EQ(problem_of(payload, "SELECT (SELECT VALUE 1 FROM a WHERE true) AS x"), "");
}

TEST(SqlPrograms, StepsCountWhatTheyGoThrough) {
    const std::string text(60'000, 'x');
    const std::string items = array_of("1", 5'000);
    const std::string payload = R"({"t":")" + text + R"(","a":)" + items + "}";
    EXPECT_EQ(problem_of(payload, "SET @t = t SELECT (SELECT VALUE sha512(@t) FROM a) AS x"),
              too_much_work);
    EXPECT_EQ(problem_of(payload, "SET @t = t SELECT (SELECT VALUE 1 FROM a WHERE @t = @t) AS x"),
              too_much_work);
    EXPECT_EQ(problem_of(payload,
                         "SET @t = t SELECT (SELECT VALUE 1 FROM a WHERE "
                         "regexp_matches(@t, 'y+z')) AS x"),
              too_much_work);
    EXPECT_EQ(problem_of(payload, "SELECT sha512(t) AS s, regexp_matches(t, 'y+z') AS m"), "");
}

TEST(SqlPrograms, VariablesThatMultiplyTextsEnd) {
    const std::string payload = R"({"a":")" + std::string(20'000, 'x') + R"("})";
    const auto ten = [](const std::string& what) {
        std::string all = "concat(" + what;
        for (int i = 1; i < 10; ++i) all += "," + what;
        return all + ")";
    };
    EXPECT_EQ(problem_of(payload, "SET @a = " + ten("a") + ", @b = " + ten("@a") +
                                      ", @c = " + ten("@b") + " SELECT @c AS x"),
              too_much_data);
    EXPECT_EQ(problem_of(payload, "SELECT replace(a, 'x', a) AS x"), too_much_data);
    EXPECT_EQ(problem_of(payload, "SELECT regexp_replace(a, 'x', a) AS x"), too_much_data);
    EXPECT_EQ(problem_of(payload, "SELECT replace(a, 'x', 'yz') AS x"), "");
}

TEST(SqlPrograms, ValuesThatHoldOneAnotherManyTimesEnd) {
    const std::string payload = R"({"a":"0123456789"})";
    std::string sets = "SET @v0 = [a,a,a,a,a,a,a,a,a,a]";
    for (int i = 1; i < 10; ++i) {
        const std::string before = "@v" + std::to_string(i - 1);
        std::string items = before;
        for (int j = 1; j < 10; ++j) items += "," + before;
        sets += ", @v" + std::to_string(i) + " = [" + items + "]";
    }
    EXPECT_EQ(problem_of(payload, sets + " SELECT @v9 AS x"), too_large_result);
    EXPECT_EQ(problem_of(payload, sets + " SELECT length(@v9) AS x"), too_much_work);
    EXPECT_EQ(problem_of(payload, sets + " SELECT @v9 = @v9 AS x"), too_much_work);
    EXPECT_EQ(problem_of(payload, sets + " SELECT @v2 AS x"), "");
}

TEST(SqlPrograms, ResultsHaveABound) {
    const std::string payload = R"({"a":")" + std::string(100'000, 'x') + R"("})";
    const auto columns = [](int count) {
        std::string sql = "SELECT a AS c0";
        for (int i = 1; i < count; ++i) sql += ", a AS c" + std::to_string(i);
        return sql;
    };
    EXPECT_EQ(problem_of(payload, columns(10)), "");
    EXPECT_EQ(problem_of(payload, columns(20)), too_large_result);
    Evaluator evaluator;
    evaluator.payload = std::string(3'000'000, '\x01');
    EXPECT_EQ(evaluator.run("SELECT *").payload.size(), evaluator.payload.size())
        << "what is passed on as it came has the bounds of messages";
}

}  // namespace
}  // namespace gatehouse::sql
