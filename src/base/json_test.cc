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

TEST(QuoteJson, EveryCharacterComesBack) {
    for (int c = 0; c < 0x80; ++c) {
        const std::string text = std::string("a") + static_cast<char>(c) + "b";
        const auto back = parse_json(quote_json(text), "the text");
        ASSERT_TRUE(back.has_value()) << c;
        EXPECT_EQ(std::string_view(back->as_string()), text) << c;
    }
    EXPECT_EQ(quote_json(""), "\"\"");
    EXPECT_EQ(quote_json("topic/a b~"), "\"topic/a b~\"");
}

TEST(ToText, EscapesAndKeepsOrder) {
    EXPECT_EQ(to_text(*parse_json("{\"b\":1,\"a\":[true,null]}", "x")),
              "{\"b\":1,\"a\":[true,null]}");
    EXPECT_EQ(quote_json("a\"b\n"), "\"a\\\"b\\n\"");
}

}  // namespace
}  // namespace gatehouse
