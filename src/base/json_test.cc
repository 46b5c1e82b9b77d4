#include "base/json.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(ParseJson, SaysWhereItWentWrong) {
    const auto value = parse_json("{\n  \"a\": tru\n}", "the policy");
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().place.line, 2u);
    EXPECT_NE(value.error().message.find("the policy is not valid JSON"), std::string::npos);
}

TEST(ParseJson, RefusesTrailingDataTruncationDepthAndSize) {
    EXPECT_FALSE(parse_json("{} {}", "x"));
    EXPECT_FALSE(parse_json("{\"a\":", "x"));
    EXPECT_FALSE(parse_json("", "x"));
    EXPECT_FALSE(parse_json(std::string(100, '[') + std::string(100, ']'), "x"));
    EXPECT_EQ(parse_json("[1,2,3]", "x", {.bytes_max = 3}).error().kind, ErrorKind::TooLarge);
    EXPECT_TRUE(parse_json(" [1,2,3] ", "x"));
}

TEST(ToText, EscapesAndKeepsOrder) {
    EXPECT_EQ(to_text(*parse_json("{\"b\":1,\"a\":[true,null]}", "x")),
              "{\"b\":1,\"a\":[true,null]}");
    EXPECT_EQ(quote_json("a\"b\n"), "\"a\\\"b\\n\"");
}

}  // namespace
}  // namespace gatehouse
