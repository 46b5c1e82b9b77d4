#include "api/wire/pattern.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "api/wire/hand_written_patterns.h"
#include "api/wire/pattern_catalogue.h"

namespace gatehouse::api::wire {
namespace {

// Every ASCII character alone, after a letter and before one; some beyond ASCII; whole values.
std::vector<std::string> samples() {
    std::vector<std::string> all = {"",
                                    "aa",
                                    "A1",
                                    "0x1f",
                                    "LAST",
                                    "31",
                                    "p99.9",
                                    "abc=",
                                    "a==",
                                    "a===",
                                    "/",
                                    "//",
                                    "/a/b/",
                                    "arn:x",
                                    "arn:aws:iot",
                                    "12",
                                    "123456789012",
                                    "1234567890123",
                                    "lambda:InvokeFunction",
                                    "$LATEST",
                                    "$next",
                                    "https://x",
                                    "http://",
                                    "\n",
                                    "\r\n",
                                    ",",
                                    "o-abcdefghij",
                                    "o-abc",
                                    "/mnt/a",
                                    "/mnt/",
                                    "ALL",
                                    "us-east-1",
                                    "csc-abcdefghijklmnopq",
                                    "arn:aws:iam::123456789012:role/x",
                                    "arn:aws:lambda:us-east-1:123456789012:function:f",
                                    "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST",
                                    "arn:aws:lambda:us-east-1:123456789012:layer:l:3",
                                    "function:f:PROD",
                                    "host.example:9092",
                                    "1.0",
                                    "2020-01-01",
                                    "lambda:GetLayerVersion"};
    for (int c = 0; c < 128; ++c) {
        const std::string one(1, static_cast<char>(c));
        for (const auto& text : {one, "a" + one, one + "a", "1" + one + "1", one + one}) {
            all.push_back(text);
        }
    }
    for (const std::string wide :
         {"\u00e4", "\u4e2d", "\u00a0", "\u0085", "\u2028", "\u0664", "\U0001F600", "\u200b"}) {
        all.push_back(wide);
        all.push_back("a" + wide + "1");
    }
    return all;
}

TEST(PatternCatalogue, NoPatternIsSkipped) {
    EXPECT_GT(every_pattern().size(), 90u);
    for (const auto& entry : every_pattern()) {
        const bool decided = !entry.pattern->runs.empty() || entry.pattern->otherwise != nullptr;
        EXPECT_TRUE(decided) << entry.pattern->source;
        if (entry.regex != nullptr) {
            EXPECT_EQ(Regex(entry.regex).problem(), "") << entry.pattern->source;
        }
    }
}

// RE2 is the independent judge of what the runs decide. One difference is meant: '.' does not
// match a carriage return, as in Java.
TEST(PatternCatalogue, ChecksDecideAsTheRegularExpressionDoes) {
    for (const auto& entry : every_pattern()) {
        if (entry.regex == nullptr) continue;
        const Regex judge(entry.regex);
        for (const auto& text : samples()) {
            if (text.find('\r') != text.npos) continue;
            EXPECT_EQ(entry.pattern->matches(text), judge.matches(text))
                << entry.pattern->source << " on " << ::testing::PrintToString(text);
        }
    }
}

TEST(Pattern, CountsCharactersNotBytes) {
    static constexpr ClassRun runs[] = {{{0, 0}, true, 2, 2}};
    const Pattern pattern{"", runs, nullptr};
    EXPECT_TRUE(pattern.matches("\u00e4\U0001F600"));
    EXPECT_FALSE(pattern.matches("\u00e4"));
    EXPECT_FALSE(pattern.matches("\u00e4\u00e4\u00e4"));
}

TEST(HandWrittenPatterns, AliasNamesAreNotNumbers) {
    EXPECT_TRUE(is_alias_name("PROD"));
    EXPECT_TRUE(is_alias_name("1a"));
    EXPECT_FALSE(is_alias_name("12"));
    EXPECT_FALSE(is_alias_name(""));
    EXPECT_FALSE(is_alias_name("a.b"));
    EXPECT_TRUE(is_function_url_qualifier("$LATEST"));
    EXPECT_FALSE(is_function_url_qualifier("12"));
}

TEST(HandWrittenPatterns, BucketNamesDoNotEndInADot) {
    EXPECT_TRUE(is_bucket_name("my.bucket_1"));
    EXPECT_TRUE(is_bucket_name(""));
    EXPECT_FALSE(is_bucket_name("my.bucket."));
    EXPECT_FALSE(is_bucket_name("my bucket"));
}

TEST(HandWrittenPatterns, AccountAliasesHaveSingleDashesInside) {
    EXPECT_TRUE(is_account_alias("my-company-1"));
    EXPECT_TRUE(is_account_alias("a"));
    for (const auto* text : {"", "-a", "a-", "a--b", "A", "a.b"}) {
        EXPECT_FALSE(is_account_alias(text)) << text;
    }
}

TEST(HandWrittenPatterns, DomainsOfCertificatesHaveTwoLabels) {
    for (const auto* text : {"a.test", "*.a.test", "A-1.b.test"}) {
        EXPECT_TRUE(is_certificate_domain(text)) << text;
    }
    const std::string too_long = std::string(64, 'a') + ".test";
    for (const auto* text : {"", "test", "*.test", ".test", "a..test", "-a.test", "a-.test",
                             "a_b.test", "a.t", "a.*.test", too_long.c_str()}) {
        EXPECT_FALSE(is_certificate_domain(text)) << text;
    }
}

}  // namespace
}  // namespace gatehouse::api::wire
