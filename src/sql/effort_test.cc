#include "sql/effort.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <ctime>
#include <string>
#include <vector>

#include "base/json.h"
#include "sql/program.h"

namespace gatehouse::sql {
namespace {

constexpr const char* too_long = "it takes more time than one evaluation may";

struct Members {
    std::string a;
    std::string b;
    std::string c;
};

// What a statement comes to for a payload of these texts: its payload, or its error's sentence.
std::string outcome_of(const std::string& sql, const Members& members,
                       const std::atomic<bool>* stop = nullptr) {
    const std::string payload =
        to_text(json::object{{"a", members.a}, {"b", members.b}, {"c", members.c}});
    Document document;
    if (!document.parse(payload)) return "the payload is no JSON";
    const Message message{.topic = "t", .payload = payload, .document = &document};
    const auto program = Program::compile(sql, Version::V2016);
    if (!program) return program.error().describe();
    SeededRandom random(1);
    Effort effort(payload.size(), stop);
    auto outcome = program->run(message, random, effort);
    return outcome ? std::move(outcome->payload) : std::move(outcome.error().message);
}

std::chrono::milliseconds thread_time() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) +
           std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::nanoseconds(time.tv_nsec));
}

std::string many(int count, const std::string& call) {
    std::string sql = "SELECT ";
    for (int i = 0; i < count; ++i) {
        sql += (i == 0 ? "" : ", ") + call + " AS c" + std::to_string(i);
    }
    return sql;
}

// Whatever a statement does it ends, long before anybody else has to wait.
TEST(Efforts, HaveABoundOfTime) {
    const std::string text(125'000, 'a');
    const Members searched{.b = std::string(80'000, 'a'), .c = std::string(40'000, 'a') + "b"};
    const std::vector<std::pair<std::string, Members>> all{
        {"SELECT regexp_replace(b, 'a.*c|a', 'x') AS x", {.b = text}},
        {"SELECT regexp_matches(b, '(a|b)*a(a|b){200}c') AS x", {.b = text}},
        {many(60, "regexp_substr(b, '(a|b)*a(a|b){20}c')"), {.b = text}},
        {many(200, "md2(b)"), {.b = text}},
        {many(200, "indexof(b, c)"), searched},
        {many(60, "replace(b, c, '')"), searched},
        {many(60, "regexp_matches(b, '(x{1000}y{1000}z{1000}){9}(x{1000}y{1000}z{1000}){9}')"),
         {.b = "x"}}};
    for (const auto& [sql, members] : all) {
        const auto begin = thread_time();
        outcome_of(sql, members);
        EXPECT_LT((thread_time() - begin).count(), 4'000) << sql.substr(0, 60);
    }
    EXPECT_EQ(outcome_of("SELECT regexp_replace(b, 'a.*c|a', 'x') AS x", {.b = text}), too_long);
}

TEST(Efforts, EndWhereTheServerStops) {
    const std::string text(125'000, 'a');
    const std::atomic<bool> stops = true;
    EXPECT_EQ(outcome_of("SELECT regexp_replace(b, 'a.*c|a', 'x') AS x", {.b = text}, &stops),
              "the server is stopping");
    EXPECT_EQ(outcome_of("SELECT b", {.b = "1"}, &stops), R"({"b":"1"})")
        << "what is quick is done";
}

TEST(Efforts, WhatIsLargeAndQuickIsDone) {
    std::string words;
    for (int i = 0; i < 10'000; ++i) words += "word " + std::to_string(i) + " ";
    const auto spaced = outcome_of("SELECT regexp_replace(a, ' ', '') AS a", {.a = words});
    EXPECT_TRUE(spaced.starts_with(R"({"a":"word0word1word2)")) << spaced.substr(0, 100);
    EXPECT_EQ(outcome_of("SELECT regexp_matches(a, 'word 9999\\s$') AS m", {.a = words}),
              R"({"m":true})");
}

TEST(Efforts, TimeInWhichItRestsIsNotItsOwn) {
    Effort effort(0);
    ASSERT_TRUE(effort.may_take(Effort::steps_per_look));
    effort.rest();
    const auto begin = thread_time();
    while (thread_time() - begin < Effort::time_max + std::chrono::milliseconds(100)) continue;
    ASSERT_TRUE(effort.may_take(Effort::steps_per_look));
    EXPECT_TRUE(effort.step(Effort::steps_per_look));
    EXPECT_EQ(effort.spent(), 3 * Effort::steps_per_look);
}

// Each pattern on each text, as RE2's own function does it.
TEST(Patterns, AreReplacedAsRe2Does) {
    const std::vector<std::string> patterns{
        "a",   "",    "a*",     "^",    "$",     "^a",    "a$", "\\b",    "b*|a",
        ".",   ".*",  "(a)(b)", "ä?",   "(?i)B", "ü*",    "x?", "(a|b)*", "^|a",
        "\\B", "a*?", "[^a]*",  "\\pL", "(?:)",  "(ab)?", "a|$"};
    const std::vector<std::string> texts{"",   "a",    "aa",     "abab",  "bab",         "ä",
                                         "aä", "üü a", "a b\na", "xäxüx", "\U0001F600a", "a😀ü"};
    const std::vector<std::pair<std::string, std::string>> replacements{
        {"-", "-"}, {"", ""}, {"<$0>", "<\\0>"}, {"ü", "ü"}};
    for (const std::string& pattern : patterns) {
        for (const std::string& text : texts) {
            for (const auto& [replacement, of_re2] : replacements) {
                std::string expected = text;
                RE2::GlobalReplace(&expected, pattern, of_re2);
                EXPECT_EQ(outcome_of("SELECT VALUE regexp_replace(a, b, c)",
                                     {.a = text, .b = pattern, .c = replacement}),
                          to_text(json::value(expected)))
                    << "'" << pattern << "' in '" << text << "' by '" << replacement << "'";
            }
        }
    }
}

}  // namespace
}  // namespace gatehouse::sql
