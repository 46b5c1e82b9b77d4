#include "policy/pattern.h"

#include <gtest/gtest.h>

namespace gatehouse::policy {
namespace {

bool pattern_matches(std::string pattern, std::string_view text, const Variables& variables = {}) {
    return matches(resolve(Pattern(std::move(pattern)), variables), text);
}

// AWS IoT Developer Guide, "Using wildcard characters in MQTT and AWS IoT Core policies".
TEST(Pattern, StarIsAnySequenceSlashesAndNothingIncluded) {
    EXPECT_TRUE(pattern_matches("a/*", "a/"));
    EXPECT_TRUE(pattern_matches("a/*", "a/b/c"));
    EXPECT_FALSE(pattern_matches("a/*", "a"));
    EXPECT_TRUE(pattern_matches("*", ""));
    EXPECT_TRUE(pattern_matches("a*c", "abbc"));
    EXPECT_TRUE(pattern_matches("a*b*c", "abbbc"));
    EXPECT_FALSE(pattern_matches("a*b*c", "acb"));
    EXPECT_TRUE(pattern_matches("a**b", "ab"));
}

TEST(Pattern, QuestionMarkIsOneCharacterNotOneByte) {
    EXPECT_TRUE(pattern_matches("a?c", "abc"));
    EXPECT_TRUE(pattern_matches("a?c", "a/c"));
    EXPECT_FALSE(pattern_matches("a?c", "ac"));
    EXPECT_TRUE(pattern_matches("a?c",
                                "a\xC3\xA9"
                                "c"));
    EXPECT_FALSE(pattern_matches("a??c",
                                 "a\xC3\xA9"
                                 "c"));
    EXPECT_TRUE(pattern_matches("*?", "\xC3\xA9"));
    EXPECT_FALSE(pattern_matches("*?", ""));
}

TEST(Pattern, MqttWildcardsAreOrdinaryCharacters) {
    EXPECT_TRUE(pattern_matches("some/+/topic", "some/+/topic"));
    EXPECT_FALSE(pattern_matches("some/+/topic", "some/a/topic"));
    EXPECT_TRUE(pattern_matches("some/*/topic", "some/+/topic"));
    EXPECT_FALSE(pattern_matches("a/#", "a/b"));
}

TEST(Pattern, EscapesAreTheCharactersThemselves) {
    EXPECT_TRUE(pattern_matches("a${*}b", "a*b"));
    EXPECT_FALSE(pattern_matches("a${*}b", "aXb"));
    EXPECT_TRUE(pattern_matches("a${?}", "a?"));
    EXPECT_FALSE(pattern_matches("a${?}", "ab"));
    EXPECT_TRUE(pattern_matches("${$}{x}", "${x}"));
}

TEST(Pattern, WhatAVariableBringsInIsLiteral) {
    Variables variables;
    variables.set("iot:ClientId", "a*b");
    EXPECT_TRUE(pattern_matches("t/${iot:ClientId}/x", "t/a*b/x", variables));
    EXPECT_FALSE(pattern_matches("t/${iot:ClientId}/x", "t/aXb/x", variables));
    variables.set("iot:ClientId", "${*}?");
    EXPECT_TRUE(pattern_matches("${iot:clientid}", "${*}?", variables));
    EXPECT_FALSE(pattern_matches("${iot:clientid}", "${*}x", variables));
}

TEST(Pattern, WithAVariableWithoutAValueNothingMatches) {
    Variables variables;
    variables.set_absent("iot:DomainName", "the client sent no SNI host name");
    for (const std::string_view text : {"t/${iot:DomainName}", "t/", "t", ""}) {
        EXPECT_FALSE(pattern_matches("t/${iot:DomainName}", text, variables)) << text;
        EXPECT_FALSE(pattern_matches("*${iot:DomainName}*", text, variables)) << text;
    }
    // People see it as it was written.
    EXPECT_EQ(show(resolve(Pattern("t/${iot:DomainName}/*"), variables)), "t/${iot:DomainName}/*");
    EXPECT_TRUE(pattern_matches("t/${unclosed", "t/${unclosed", variables));
}

TEST(Pattern, WithoutTheSyntaxBracesAreNothingSpecial) {
    const Pattern pattern("t/${iot:ClientId}${*}", VariableSyntax::Off);
    EXPECT_TRUE(pattern.variables().empty());
    EXPECT_TRUE(matches(resolve(pattern, {}), "t/${iot:ClientId}${anything}"));
}

TEST(Pattern, AttributeNamesKeepTheirCase) {
    Variables variables;
    variables.set("iot:Connection.Thing.Attributes[Site]", "north");
    EXPECT_TRUE(pattern_matches("${IOT:connection.thing.attributes[Site]}", "north", variables));
    EXPECT_FALSE(pattern_matches("${iot:Connection.Thing.Attributes[site]}", "north", variables));
}

TEST(Pattern, TheRestAfterAHeadIsWhatStillHasToMatch) {
    const auto rest_of = [](std::string_view pattern, std::string_view head) {
        std::vector<std::string> rests;
        const auto globs = after(resolve(Pattern(std::string(pattern)), {}), head).value();
        for (const Glob& glob : globs) rests.push_back(show(glob));
        return rests;
    };
    using Texts = std::vector<std::string>;
    constexpr auto head = "arn:aws:iot:eu-west-1:123:topic/";
    EXPECT_EQ(rest_of("arn:aws:iot:eu-west-1:123:topic/a/*", head), Texts{"a/*"});
    EXPECT_EQ(rest_of("*", head), Texts{"*"});
    EXPECT_EQ(rest_of("arn:aws:iot:eu-west-2:123:topic/a", head), Texts{});
    EXPECT_EQ(rest_of("arn:aws:iot:eu-west-1:123:topicfilter/a", head), Texts{});
    EXPECT_EQ(rest_of("arn:aws:iot:eu-west-1:123:topic/", head), Texts{""});
    // A `*` may run over the colons into the name.
    EXPECT_EQ(rest_of("arn:aws:iot:*:*:topic/a", head), (Texts{"*:topic/a", "a"}));
    EXPECT_EQ(rest_of("arn:aws:iot:?u-west-?:123:top?c/a?", head), Texts{"a?"});
}

TEST(Pattern, TheRestAfterAHeadMayNotDependOnASlot) {
    const std::vector<std::string> open{"v"};
    const auto is_known = [&](std::string pattern) {
        return after(resolve(Pattern(std::move(pattern)), {}, open), "arn:topic/").has_value();
    };
    EXPECT_TRUE(is_known("arn:topic/${v}"));
    EXPECT_TRUE(is_known("arn:*/${v}/a"));
    EXPECT_TRUE(is_known("other:${v}"));  // does not get that far
    EXPECT_FALSE(is_known("arn:${v}/a"));
    EXPECT_FALSE(is_known("*${v}"));
}

TEST(Pattern, SlotsTakeTheTextsOfTheComparison) {
    const std::vector<std::string> open{"v", "w"};
    const auto glob = resolve(Pattern("a/${v}*${w}"), {}, open);
    ASSERT_TRUE(has_slot(glob));
    using Texts = std::vector<std::string>;
    EXPECT_TRUE(matches(glob, Texts{"x*", "y"}, "a/x*--y"));
    EXPECT_FALSE(matches(glob, Texts{"x*", "y"}, "a/xz--y"));  // its `*` is no wildcard
    EXPECT_TRUE(matches(glob, Texts{"", ""}, "a/"));
    EXPECT_TRUE(matches(glob, Texts{"", "yz"}, "a/yyz"));
    EXPECT_FALSE(matches(glob, Texts{"", "yz"}, "a/yyzy"));
    EXPECT_TRUE(matches(glob, Texts{"x", "y"}, JoinedText{"a", "/x", "zy"}));
}

TEST(Pattern, TheMatchingPrefixEndsAtTheFirstMisfit) {
    const auto prefix = [](std::string pattern, std::string_view text) {
        return matching_prefix(resolve(Pattern(std::move(pattern)), {}), text);
    };
    EXPECT_EQ(prefix("basicPubSub/*", "test/topic"), 0U);
    EXPECT_EQ(prefix("test/topics", "test/topic"), 10U);
    EXPECT_EQ(prefix("test/*/x", "test/y"), 6U);
    EXPECT_EQ(prefix("test/a", "test/b"), 5U);
}

TEST(Pattern, ActionsIgnoreCase) {
    EXPECT_TRUE(action_matches("iot:*", "iot:Publish"));
    EXPECT_TRUE(action_matches("IOT:pub*", "iot:Publish"));
    EXPECT_TRUE(action_matches("*", "iot:Publish"));
    EXPECT_TRUE(action_matches("iot:?ublish", "iot:Publish"));
    EXPECT_FALSE(action_matches("iot:Pub", "iot:Publish"));
    EXPECT_FALSE(action_matches("lambda:*", "iot:Publish"));
}

}  // namespace
}  // namespace gatehouse::policy
