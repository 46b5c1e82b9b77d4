#include "server/client/answer.h"

#include <gtest/gtest.h>

namespace gatehouse::server {
namespace {

TEST(Answer, MembersAreReadByPointer) {
    const auto value = parse_json(R"({"a":{"b":"text","n":7,"yes":true},"l":[1,2]})", "it").value();
    EXPECT_EQ(text_at(value, "/a/b"), "text");
    EXPECT_EQ(text_at(value, "/a/n"), "");
    EXPECT_EQ(text_at(value, "/no/such"), "");
    EXPECT_EQ(number_at(value, "/a/n"), 7);
    EXPECT_FALSE(number_at(value, "/a/b"));
    EXPECT_TRUE(is_true_at(value, "/a/yes"));
    EXPECT_FALSE(is_true_at(value, "/a/n"));
    EXPECT_EQ(elements_at(value, "/l").size(), 2u);
    EXPECT_TRUE(elements_at(value, "/a").empty());
}

TEST(Answer, JsonIsIndented) {
    const auto value = parse_json(R"({"a":[1,{"b":"\"x"}],"c":{},"d":[]})", "it").value();
    EXPECT_EQ(pretty_json(value),
              "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"\\\"x\"\n    }\n  ],\n"
              "  \"c\": {},\n  \"d\": []\n}\n");
}

TEST(Answer, NumbersAreWrittenAsPeopleWriteThem) {
    const json::value value{{"rate", 315.92}, {"whole", 2.0}, {"count", 12'000'000}};
    EXPECT_EQ(pretty_json(value),
              "{\n  \"rate\": 315.92,\n  \"whole\": 2,\n  \"count\": 12000000\n}\n");
}

TEST(Answer, ColumnsLineUpByCharacters) {
    EXPECT_EQ(columns({{"NAME", "N"}, {"äöü", "1"}, {"longer", "2"}}),
              "NAME    N\näöü     1\nlonger  2\n");
}

}  // namespace
}  // namespace gatehouse::server
