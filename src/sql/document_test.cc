#include "sql/document.h"

#include <gtest/gtest.h>

#include "sql/value.h"

namespace gatehouse::sql {
namespace {

std::string again(std::string_view text) {
    Document document;
    const auto parsed = document.parse(text);
    if (!parsed) return parsed.error().describe();
    return to_json(Value::at(document, 0, Version::V2016));
}

TEST(Documents, AreWrittenInOneWay) {
    EXPECT_EQ(again(R"( {"a" : [1, -2.50, true, null, {}], "b\n": "\u00e9\"" } )"),
              R"({"a":[1,-2.5,true,null,{}],"b\n":"é\""})");
    EXPECT_EQ(again("[]"), "[]");
    EXPECT_EQ(again("\"x\""), "\"x\"");
    EXPECT_EQ(again("12345678901234567890123456789"), "12345678901234567890123456789");
}

TEST(Documents, HaveStringsOfAnyLength) {
    for (std::size_t size = 1; size < 20; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            const auto text = [&](std::string_view there) {
                return "\"" + std::string(size, '~').replace(at, 1, there) + "\"";
            };
            for (const std::string_view there :
                 {"\\\"", "\\\\", " ", "!", "#", "[", "]", "\u00e9", "\x7f"}) {
                EXPECT_EQ(again(text(there)), text(there));
            }
            EXPECT_EQ(again(text("\x1f")),
                      "1:" + std::to_string(at + 2) +
                          ": a control character has to be escaped in a string");
            EXPECT_EQ(again(text("\"")).substr(0, 2), "1:") << "it ends there";
        }
    }
}

TEST(Documents, ThatAreWrongSayWhere) {
    EXPECT_EQ(again("{\"a\":\n  tru}"), "2:3: expected a value");
    EXPECT_EQ(again("{\"a\" 1}"), "1:6: expected : behind the name of a member");
    EXPECT_EQ(again("[1 2]"), "1:4: expected , or ]");
    EXPECT_EQ(again("[1,]"), "1:4: expected a value");
    EXPECT_EQ(again("{,}"), "1:2: expected the name of a member in double quotes");
    EXPECT_EQ(again("1 2"), "1:3: expected the end behind the value");
    EXPECT_EQ(again("01"), "1:2: expected the end behind the value");
    EXPECT_EQ(again("\"a\tb\""), "1:3: a control character has to be escaped in a string");
    EXPECT_EQ(again("\"\\x\""), "1:3: there is no such escape in JSON");
    EXPECT_EQ(again("\"\\u12G4\""), "1:4: expected four hexadecimal digits");
    EXPECT_EQ(again("\"abc"), "1:5: the string does not end");
    EXPECT_EQ(again("\xff"), "1:1: the payload is not UTF-8");
    EXPECT_EQ(again(""), "1:1: expected a value");
    EXPECT_EQ(again("[1."), "1:4: expected a digit behind the point");
    EXPECT_EQ(again(std::string(600, '[')), "over 512 arrays and objects within each other");
}

TEST(Documents, FindMembersByWhatTheirNamesMean) {
    Document document;
    ASSERT_TRUE(document.parse(R"({"x": {"deep": [1, {"a": 2}]}, "\u0061": 3, "a": 4, "x2": 5})"));
    const Value whole = Value::at(document, 0, Version::V2016);
    EXPECT_EQ(to_json(whole.member("a")), "4") << "the last of two";
    EXPECT_EQ(to_json(whole.member("x").member("deep").item(1).member("a")), "2");
    EXPECT_TRUE(whole.member("X").is_undefined());
    EXPECT_EQ(whole.members().size(), 3u);
}

TEST(Documents, UnescapeSurrogates) {
    EXPECT_EQ(unescape(R"(\ud83d\ude00\/\b)"), "\xF0\x9F\x98\x80/\b");
    EXPECT_EQ(unescape(R"(\ud83dx)"), "\xEF\xBF\xBDx");
    EXPECT_EQ(unescape(R"(\ude00)"), "\xEF\xBF\xBD");
}

}  // namespace
}  // namespace gatehouse::sql
