#include "logs/filter_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::logs {
namespace {

struct Case {
    const char* pattern;
    const char* message;
    bool matches;
};

class FilterPatternTest : public testing::TestWithParam<Case> {};

TEST_P(FilterPatternTest, DecidesAsDocumented) {
    const auto pattern = FilterPattern::parse(GetParam().pattern);
    ASSERT_TRUE(pattern) << GetParam().pattern << ": " << pattern.error().describe();
    EXPECT_EQ(pattern->matches(GetParam().message), GetParam().matches)
        << GetParam().pattern << " on " << GetParam().message;
}

INSTANTIATE_TEST_SUITE_P(
    Terms, FilterPatternTest,
    testing::Values(
        Case{"", "anything", true}, Case{" ", "", true}, Case{"\"\"", "x", true},
        Case{"ERROR", "[ERROR] no", true}, Case{"ERROR", "error", false},
        Case{"ERROR", "ERRORS", true}, Case{"ERROR ARGUMENTS", "ARGUMENTS then ERROR", true},
        Case{"ERROR ARGUMENTS", "ERROR", false}, Case{"?ERROR ?WARN", "a WARN b", true},
        Case{"?ERROR ?WARN", "INFO", false}, Case{"?ERROR WARN", "WARN", true},
        Case{"?ERROR WARN", "ERROR", false}, Case{"ERROR -EXITING", "ERROR EXITING", false},
        Case{"ERROR -EXITING", "ERROR going", true}, Case{"-DEBUG", "INFO", true},
        Case{"-DEBUG", "DEBUG", false},
        Case{"\"INTERNAL SERVER\"", "an INTERNAL SERVER error", true},
        Case{"\"INTERNAL SERVER\"", "INTERNAL  SERVER", false},
        Case{R"("say \"hi\"")", R"(say "hi" now)", true}, Case{"%4[0-9]{2}%", "status 404", true},
        Case{"%^4[0-9]{2}$%", "status 404", false}, Case{"-%a|b%", "xbx", false},
        Case{"grün", "das grüne Licht", true}));

constexpr const char* entry =
    R"({"eventType":"Connect","status":"Failure","sourcePort":13490,"ms":1.5,"ok":true,"no":null,)"
    R"("code":"404","a":{"b":[{"c":1},{"c":"two"}],"x y":5},"off":false,"ip":"123.123.1.9"})";

INSTANTIATE_TEST_SUITE_P(
    Json, FilterPatternTest,
    testing::Values(
        Case{R"({ $.eventType = "Connect" })", entry, true},
        Case{R"({$.eventType="Connect"})", entry, true},
        Case{"{ $.eventType = Connect }", entry, true},
        Case{R"({ $.eventType = "Con*" })", entry, true},
        Case{R"({ $.eventType = "*nect" })", entry, true},
        Case{R"({ $.eventType != "Connect" })", entry, false},
        Case{R"({ $.missing != "Connect" })", entry, false},
        Case{R"({ $.eventType = %^Conn% })", entry, true},
        Case{R"({ $.ip = 123.123.* })", entry, true}, Case{"{ $.sourcePort = 13490 }", entry, true},
        Case{"{ $.sourcePort = 13490.0 }", entry, true},
        Case{"{ $.sourcePort = 134* }", entry, true},
        Case{"{ $.sourcePort > 13490 }", entry, false},
        Case{"{ $.sourcePort >= 1.349e4 }", entry, true},
        Case{"{ $.ms < 2 && $.ms <= 1.5 }", entry, true},
        Case{R"({ $.sourcePort = "13490" })", entry, false},
        Case{R"({ $.code = "404" })", entry, true}, Case{"{ $.code > 1 }", entry, false},
        Case{"{ $.ok IS TRUE }", entry, true}, Case{"{ $.off IS FALSE }", entry, true},
        Case{"{ $.ok IS FALSE }", entry, false}, Case{"{ $.no IS NULL }", entry, true},
        Case{"{ $.ok is true }", entry, true}, Case{"{ $.x IS NULL }", entry, false},
        Case{"{ $.x NOT EXISTS }", entry, true}, Case{"{ $.no NOT EXISTS }", entry, false},
        Case{"{ $.a.b[0].c = 1 }", entry, true}, Case{"{ $.a.b[1].c = two }", entry, true},
        Case{"{ $.a.b[2].c = 1 }", entry, false}, Case{"{ $.a.b[*].c = two }", entry, true},
        Case{R"({ $.a["x y"] = 5 })", entry, true}, Case{R"({ $["a"].b = "*" })", entry, false},
        Case{R"({ $.a = "*" })", entry, false},
        Case{"{ $.ms > 9 || $.ok IS TRUE && $.sourcePort > 1 }", entry, true},
        Case{"{ ($.ms > 1 || $.ok IS TRUE) && $.sourcePort > 99999 }", entry, false},
        Case{"{ $.ms > 1 || $.ok IS TRUE && $.sourcePort > 99999 }", entry, true},
        Case{"{ $.a NOT EXISTS }", "not json", false}, Case{"{ $.a NOT EXISTS }", "{broken", false},
        Case{"{ $[0] = 7 }", "[7]", true},
        Case{
            "{ $.k = 1 }",
            R"({"deep":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]],"k":1})",
            true}));

constexpr const char* access =
    R"(127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534)";

INSTANTIATE_TEST_SUITE_P(
    Space, FilterPatternTest,
    testing::Values(Case{"[ip, id, user, time, request, status, bytes]", access, true},
                    Case{"[ip, id, user, time, request, status]", access, false},
                    Case{"[ip, id, user, time, request, status = 4*, bytes]", access, true},
                    Case{"[ip, id, user, time, request, status = 5*, bytes]", access, false},
                    Case{"[ip, ..., status=404, bytes>1000]", access, true},
                    Case{"[..., bytes < 1000]", access, false},
                    Case{"[ip=127.0.0.1, ...]", access, true},
                    Case{"[..., request = *html*, status != 200, bytes]", access, true},
                    Case{"[..., status = 404 || status = 410, bytes]", access, true},
                    Case{"[..., (status > 400 && status < 404), bytes]", access, false},
                    Case{"[..., time=\"10/Oct/2000:13:25:15 -0700\", r, s, b]", access, true},
                    Case{"[ip = %^127[.]0% , ...]", access, true},
                    Case{"[..., user > 1, t, r, s, b]", access, false}, Case{"[a]", "", false},
                    Case{"[...]", "", true}, Case{"[a, ...]", "\"open end", true}));

TEST(FilterPattern, RefusesWithThePlaceOfTheMistake) {
    for (const char* pattern : {"foo:bar",
                                "\"open",
                                "{ $.a }",
                                "{ $.a = }",
                                "{ $.a = 1",
                                "{ $.a = 1 } x",
                                "{ a = 1 }",
                                "{ $.a < b }",
                                "{ $.a[x] = 1 }",
                                "{ $.a IS MAYBE }",
                                "{ ($.a = 1 }",
                                "[a, ..., b, ...]",
                                "[a",
                                "[a = ]",
                                "[a = 1 && b = 2]",
                                "%(a)%",
                                "%a%  %b% %c%",
                                "%[%",
                                "?",
                                "- a",
                                "{ }",
                                "[]",
                                "{ $. = 1 }"}) {
        const auto parsed = FilterPattern::parse(pattern);
        ASSERT_FALSE(parsed) << pattern;
        EXPECT_EQ(parsed.error().kind, ErrorKind::InvalidInput);
        EXPECT_EQ(parsed.error().place.field, "filterPattern");
        EXPECT_GT(parsed.error().place.column, 0U);
    }
    EXPECT_FALSE(FilterPattern::parse(std::string(1025, 'a')));
    EXPECT_FALSE(
        FilterPattern::parse("{ " + std::string(40, '(') + "$.a=1" + std::string(40, ')') + "}"));
}

TEST(FilterPattern, WildcardsTakeLinearTimeForOneStarAndEndForMany) {
    const auto pattern = FilterPattern::parse("{ $.a = \"*a*a*a*a*a*a*a*a*b\" }");
    ASSERT_TRUE(pattern);
    EXPECT_FALSE(pattern->matches(R"({"a":")" + std::string(5000, 'a') + "\"}"));
}

}  // namespace
}  // namespace gatehouse::logs
