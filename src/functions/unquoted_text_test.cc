#include "functions/unquoted_text.h"

#include <gtest/gtest.h>

namespace gatehouse::functions {
namespace {

std::string text_of(std::string_view source) {
    return unquote(source).text;
}

TEST(UnquotedText, EscapesAreUndoneUntilNoneIsLeft) {
    EXPECT_EQ(text_of(R"(a\"b\\c\/d\te)"), "a\"bc/d\te");
    EXPECT_EQ(text_of(R"(\u0041\x42%43\U00000044)"), "ABCD");
    EXPECT_EQ(text_of(R"(\\\\u0041)"), "A");
    EXPECT_EQ(text_of("%2525%32%35x"), "%x");
    EXPECT_EQ(text_of(R"(%5Cu0041)"), "A");
    EXPECT_EQ(text_of("a+b-c_d"), "a b c/d");
}

TEST(UnquotedText, CharactersBeyondAsciiAreUtf8HoweverWritten) {
    for (const char* source : {"\xc3\xa9", R"(\u00e9)", R"(\xc3\xa9)", "%C3%A9", "\xe9"}) {
        EXPECT_EQ(text_of(source), "\xc3\xa9") << source;
    }
    EXPECT_EQ(text_of(R"(\ud83d\udd11)"), "\xf0\x9f\x94\x91");
    EXPECT_EQ(text_of(R"(\U0001f511)"), "\xf0\x9f\x94\x91");
}

TEST(UnquotedText, WhatIsNoCharacterStaysText) {
    EXPECT_EQ(text_of(R"(\u00)"), "u00");
    EXPECT_EQ(text_of("%4"), "%4");
    EXPECT_EQ(text_of(R"(\U00110000)"), "U00110000");
    // Half of a pair: three bytes that are no UTF-8, each as Latin-1.
    EXPECT_EQ(text_of(R"(\ud83d)"), "\xc3\xad\xc2\xa0\xc2\xbd");
    EXPECT_EQ(text_of(R"(\udd11\ud83d)").size(), 12U);
}

TEST(UnquotedText, KnowsWhereEachByteStood) {
    const UnquotedText text = unquote(R"(a\u00e9b)");
    ASSERT_EQ(text.text,
              "a\xc3\xa9"
              "b");
    ASSERT_EQ(text.places.size(), 4U);
    const std::pair<std::uint32_t, std::uint32_t> places[] = {{0, 1}, {1, 7}, {1, 7}, {7, 8}};
    for (std::size_t i = 0; i < text.places.size(); ++i) {
        EXPECT_EQ(text.places[i].begin, places[i].first) << i;
        EXPECT_EQ(text.places[i].end, places[i].second) << i;
    }
}

TEST(UnquotedText, OfAPartWhatIsOpenIsLeftOut) {
    EXPECT_EQ(unquote_part("abc%4"), "abc");
    EXPECT_EQ(unquote_part("abc%41"), "abcA");
    EXPECT_EQ(unquote_part(R"(abc\)"), "abc");
    EXPECT_EQ(unquote_part(R"(abc\u00e)"), "abc");
    EXPECT_EQ(unquote_part(R"(abc%\)"), "abc");
    EXPECT_EQ(unquote_part("fade"), "fade");
    EXPECT_EQ(unquote_part("%"), "");
    EXPECT_EQ(unquote_part("abc\xc3"), "abc");
    EXPECT_EQ(unquote_part("abc\xc3\xa9"), "abc\xc3\xa9");
    EXPECT_EQ(unquote_part("abc%F0%9f\\x94"), "abc");
    EXPECT_EQ(unquote_part("abc%F0%9f\\x94%"), "abc");
}

}  // namespace
}  // namespace gatehouse::functions
