#include "mqtt/topic.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mqtt/utf8.h"

namespace gatehouse::mqtt {
namespace {

using namespace std::string_view_literals;
using enum TopicProblem;

const std::string longest(65'535, 'a');
const std::string too_long(65'536, 'a');

TEST(TopicName, IsCheckedByTheRulesOfSection4_7) {
    const std::pair<std::string_view, TopicProblem> rows[] = {
        {"a", None},
        {"/", None},
        {"//", None},
        {"a//b", None},
        {" ", None},
        {"$SYS/x", None},
        {"\xe4\xb8\xad/\xf0\x9f\x98\x80", None},
        {longest, None},
        {"", Empty},                        // MQTT-4.7.3-1
        {too_long, TooLong},                // MQTT-4.7.3-3
        {"a\0b"sv, Nul},                    // MQTT-4.7.3-2
        {"0123456789abcdef\0"sv, Nul},      //
        {"a/+", WildcardInName},            // MQTT-3.3.2-2
        {"#", WildcardInName},              //
        {"\xe4\xb8\xad#", WildcardInName},  //
        {"\x80", NotUtf8},                  // a continuation alone
        {"\xc0\xaf", NotUtf8},              // overlong
        {"\xed\xa0\x80", NotUtf8},          // MQTT-1.5.4-1: surrogates
        {"\xf4\x90\x80\x80", NotUtf8},      // over U+10FFFF
        {"\xe4\xb8", NotUtf8},              // cut short
    };
    for (const auto& [name, problem] : rows) {
        EXPECT_EQ(check_topic_name(name), problem) << name.substr(0, 40);
    }
}

// The quick check takes other paths below 8, below 16 and from 16 bytes on: each position of each
// length must be looked at.
TEST(TopicName, QuickCheckSeesEveryPosition) {
    for (std::size_t size = 1; size <= 50; ++size) {
        std::string name(size, 'x');
        EXPECT_TRUE(is_plain_topic_name(name));
        EXPECT_TRUE(is_plain_text(name));
        for (std::size_t at = 0; at < size; ++at) {
            for (const char c : {'+', '#', '\0', '\x80', '\xff'}) {
                name[at] = c;
                EXPECT_FALSE(is_plain_topic_name(name)) << size << ' ' << at;
                EXPECT_EQ(is_plain_text(name), c == '+' || c == '#') << size << ' ' << at;
            }
            for (const char c : {'\x01', '\x7f', '*', ',', '"', '$'}) {
                name[at] = c;
                EXPECT_TRUE(is_plain_topic_name(name)) << size << ' ' << at;
            }
            name[at] = 'x';
        }
    }
}

TEST(TopicFilter, PutsWildcardsInTheirPlace) {
    const std::pair<std::string_view, TopicProblem> rows[] = {
        {"#", None},
        {"+", None},
        {"+/+/#", None},
        {"/+", None},
        {"a/+/b", None},
        {"sport/tennis/#", None},
        {"$SYS/#", None},
        {"", Empty},
        {"sport/tennis#", MultiLevelMisplaced},    // MQTT-4.7.1-1 (5), -2 (3.1.1)
        {"sport/#/ranking", MultiLevelMisplaced},  //
        {"##", MultiLevelMisplaced},               //
        {"#/", MultiLevelMisplaced},               //
        {"+#", MultiLevelMisplaced},               //
        {"sport+", SingleLevelMisplaced},          // MQTT-4.7.1-2 (5), -3 (3.1.1)
        {"a/+b/c", SingleLevelMisplaced},          //
        {"++", SingleLevelMisplaced},              //
        {"a\0"sv, Nul},
        {"\xff", NotUtf8},
        {too_long, TooLong},
    };
    for (const auto& [filter, problem] : rows) {
        EXPECT_EQ(check_topic_filter(filter), problem) << filter.substr(0, 40);
    }
}

TEST(TopicFilter, ChecksSharedSubscriptions) {
    const std::pair<std::string_view, TopicProblem> rows[] = {
        {"$share/g/a", None},
        {"$share/g/#", None},
        {"$share/g//", None},
        {"$share", None},                   // a plain filter of one level
        {"$shared/g/a", None},              // another word
        {"$share/", ShareNameInvalid},      // MQTT-4.8.2-1
        {"$share//a", ShareNameInvalid},    //
        {"$share/g+/a", ShareNameInvalid},  // MQTT-4.8.2-2
        {"$share/#/a", ShareNameInvalid},   //
        {"$share/g", ShareFilterMissing},   //
        {"$share/g/", ShareFilterMissing},  //
        {"$share/g/a+", SingleLevelMisplaced},
        {"$share/g/#/a", MultiLevelMisplaced},
    };
    for (const auto& [filter, problem] : rows) {
        EXPECT_EQ(check_topic_filter(filter), problem) << filter;
    }
    EXPECT_EQ(check_topic_filter("$share//a", SharedSyntax::Plain), None);
    EXPECT_EQ(check_topic_filter("$share/g", SharedSyntax::Plain), None);
}

TEST(TopicFilter, SplitsSharedSubscriptions) {
    EXPECT_EQ(split_filter("$share/group/a/+").share_name, "group");
    EXPECT_EQ(split_filter("$share/group/a/+").filter, "a/+");
    EXPECT_EQ(split_filter("$share/g//x").filter, "/x");
    EXPECT_FALSE(split_filter("a/+").is_shared());
    EXPECT_EQ(split_filter("a/+").filter, "a/+");
    EXPECT_EQ(split_filter("$share/g").filter, "$share/g");
}

TEST(Topic, HasLevels) {
    const auto levels = [](std::string_view topic) {
        std::vector<std::string> list;
        for (const std::string_view level : Levels(topic)) list.emplace_back(level);
        return list;
    };
    using List = std::vector<std::string>;
    EXPECT_EQ(levels("a/b/c"), (List{"a", "b", "c"}));
    EXPECT_EQ(levels("/"), (List{"", ""}));
    EXPECT_EQ(levels("a//b/"), (List{"a", "", "b", ""}));
    EXPECT_EQ(levels(""), (List{""}));
    for (const char* topic : {"a", "a/b", "/", "a//b/", "/////"}) {
        EXPECT_EQ(level_count(topic), levels(topic).size()) << topic;
    }
}

struct Match {
    const char* filter;
    const char* name;
    bool matches;
};

TEST(Matching, FollowsTheExamplesOfTheSpecification) {
    const Match rows[] = {
        {"sport/tennis/player1/#", "sport/tennis/player1", true},  // 4.7.1.2
        {"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
        {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
        {"sport/#", "sport", true},
        {"#", "a", true},
        {"#", "/", true},
        {"sport/tennis/+", "sport/tennis/player1", true},  // 4.7.1.3
        {"sport/tennis/+", "sport/tennis/player1/ranking", false},
        {"sport/+", "sport", false},
        {"sport/+", "sport/", true},
        {"+/+", "/finance", true},
        {"/+", "/finance", true},
        {"+", "/finance", false},
        {"#", "$SYS/", false},  // MQTT-4.7.2-1
        {"+/monitor/Clients", "$SYS/monitor/Clients", false},
        {"$SYS/#", "$SYS/", true},
        {"$SYS/monitor/+", "$SYS/monitor/Clients", true},
        {"a/+", "a/$b", true},
        {"ACCOUNTS", "Accounts", false},  // 4.7.3: case counts
        {"/A", "A", false},
        {"a", "a/b", false},
        {"a/b", "a", false},
        {"a/b", "a/b", true},
        {"a/b/#", "a", false},
        {"a/+/#", "a/b", true},
        {"a/+/#", "a", false},
        {"+/#", "a", true},
    };
    for (const Match& row : rows) {
        EXPECT_EQ(matches(row.filter, row.name), row.matches) << row.filter << ' ' << row.name;
    }
}

// AWS IoT developer guide, "MQTT", differences: "sensor/#" receives "sensor/", not "sensor".
TEST(Matching, MayLeaveTheParentOut) {
    const Match rows[] = {
        {"sensor/#", "sensor", false},    {"sensor/#", "sensor/", true},
        {"sensor/#", "sensor/a/b", true}, {"#", "sensor", true},
        {"+/#", "sensor", false},         {"sensor", "sensor", true},
    };
    for (const Match& row : rows) {
        EXPECT_EQ(matches(row.filter, row.name, MultiLevel::ChildrenOnly), row.matches)
            << row.filter << ' ' << row.name;
    }
}

TEST(TopicBounds, AreThoseOfAwsWithTheirExemptions) {
    const std::string bytes_256(256, 'a');
    const std::string bytes_257(257, 'a');
    const std::string share_128(128, 's');
    const std::string share_129(129, 's');
    std::string umlauts_128;  // characters, not bytes
    for (int i = 0; i < 128; ++i) umlauts_128 += "ü";
    using enum TopicBound;
    const std::pair<std::string, TopicBound> names[] = {
        {"1/2/3/4/5/6/7/8", TopicBound::None},
        {"1/2/3/4/5/6/7/8/9", Levels},
        {"///////", TopicBound::None},
        {"////////", Levels},
        {bytes_256, TopicBound::None},
        {bytes_257, Bytes},
        {"$aws/rules/a_rule/1/2/3/4/5/6/7/8", TopicBound::None},
        {"$aws/rules/a_rule/1/2/3/4/5/6/7/8/9", Levels},
        {"$aws/rules/a_rule/" + bytes_256, TopicBound::None},
        {"$aws/rules/a_rule/" + bytes_257, Bytes},
        {"$aws/rules/a_rule", TopicBound::None},
    };
    for (const auto& [name, bound] : names) {
        EXPECT_EQ(broken_bound_of_name(name, aws_topic_bounds), bound) << name;
        EXPECT_EQ(broken_bound_of_name(name, TopicBounds{}), TopicBound::None) << name;
    }
    const std::pair<std::string, TopicBound> filters[] = {
        {"$share/g/1/2/3/4/5/6/7/#", TopicBound::None},
        {"$share/g/1/2/3/4/5/6/7/8/#", Levels},
        {"$share/g/" + bytes_256, TopicBound::None},
        {"$share/g/" + bytes_257, Bytes},
        {"$share/" + share_128 + "/a", TopicBound::None},
        {"$share/" + share_129 + "/a", ShareName},
        {"$share/" + umlauts_128 + "/a", TopicBound::None},
        {"$share/" + umlauts_128 + "a/a", ShareName},
        {bytes_257, Bytes},
    };
    for (const auto& [filter, bound] : filters) {
        EXPECT_EQ(broken_bound_of_filter(filter, aws_topic_bounds), bound) << filter;
    }
}

TEST(BasicIngest, ATopicNamesItsRule) {
    EXPECT_EQ(basic_ingest_rule("$aws/rules/hot/a/b"), "hot");
    EXPECT_EQ(basic_ingest_rule("$aws/rules/hot"), "hot");
    EXPECT_EQ(basic_ingest_rule("$aws/rulesets/hot"), std::nullopt);
    EXPECT_EQ(basic_ingest_rule("a/$aws/rules/hot"), std::nullopt);
}

TEST(TopicErrors, NameTheClauseOfTheVersion) {
    const auto clause_of = [](TopicProblem problem, ProtocolVersion version) {
        return topic_error(problem, version, "Topic Filter").clause;
    };
    EXPECT_EQ(clause_of(MultiLevelMisplaced, ProtocolVersion::V3_1_1), "MQTT-4.7.1-2");
    EXPECT_EQ(clause_of(MultiLevelMisplaced, ProtocolVersion::V5), "MQTT-4.7.1-1");
    EXPECT_EQ(topic_error(Empty, ProtocolVersion::V5, "Topic Filter").reason,
              ReasonCode::TopicFilterInvalid);
    EXPECT_EQ(topic_error(Empty, ProtocolVersion::V5, "Will Topic").reason,
              ReasonCode::TopicNameInvalid);
    EXPECT_EQ(topic_error(WildcardInName, ProtocolVersion::V5, "Topic Name").describe(),
              "Topic Name: must not contain the wildcards '+' and '#' [MQTT-3.3.2-2]");
}

}  // namespace
}  // namespace gatehouse::mqtt
