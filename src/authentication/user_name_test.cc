#include "authentication/user_name.h"

#include <gtest/gtest.h>

namespace gatehouse::authentication {
namespace {

UserName tolerant(std::string_view text) {
    return parse_user_name(text, SecondQuestionMark::ReadAsSeparator);
}

TEST(UserName, SplitsUserAndParametersInAnyOrder) {
    const UserName parsed =
        tolerant("alice?token=abc&x-amz-customauthorizer-name=AutoCustom&SDK=Python/1&Platform=x");
    EXPECT_EQ(parsed.user, "alice");
    EXPECT_EQ(parsed.find(authorizer_name_parameter), "AutoCustom");
    EXPECT_EQ(parsed.find("token"), "abc");
    EXPECT_TRUE(parsed.notes.empty());
}

TEST(UserName, TheUserMayBeEmptyAndTheQueryAbsent) {
    EXPECT_EQ(tolerant("?x-amz-customauthorizer-name=A").user, "");
    EXPECT_EQ(tolerant("alice").user, "alice");
    EXPECT_TRUE(tolerant("alice").parameters.empty());
    EXPECT_FALSE(tolerant("").find("x"));
}

TEST(UserName, DecodesEncodedValuesAndKeepsRawBase64) {
    const UserName parsed = tolerant(
        "u?x-amz-customauthorizer-signature=a%2Bb%2F%3D%3D&raw=a+b/==&x-amz-customauthorizer-name="
        "My%2DName");
    EXPECT_EQ(parsed.find(signature_parameter), "a+b/==");
    EXPECT_EQ(parsed.find("raw"), "a+b/==");
    EXPECT_EQ(parsed.find(authorizer_name_parameter), "My-Name");
}

TEST(UserName, ServiceNamesCompareWithoutCaseOthersExactly) {
    const UserName parsed = tolerant("u?X-Amz-CustomAuthorizer-Name=A&Token=t");
    EXPECT_EQ(parsed.find(authorizer_name_parameter), "A");
    EXPECT_FALSE(parsed.find("token"));
    EXPECT_EQ(parsed.find("Token"), "t");
}

TEST(UserName, ASecondQuestionMarkIsReadAsSeparatorOrNot) {
    const std::string_view text = "u?x-amz-customauthorizer-name=A?SDK=Java&Version=1";
    const UserName parsed = tolerant(text);
    EXPECT_EQ(parsed.find(authorizer_name_parameter), "A");
    EXPECT_EQ(parsed.find("SDK"), "Java");
    ASSERT_EQ(parsed.notes.size(), 1u);
    const UserName strict = parse_user_name(text, SecondQuestionMark::IsPartOfValue);
    EXPECT_EQ(strict.find(authorizer_name_parameter), "A?SDK=Java");
    EXPECT_EQ(tolerant("u?token=what?&x=1").find("token"), "what?") << "begins no pair";
}

TEST(UserName, BoundsTheNumberOfParameters) {
    std::string text = "u?";
    for (int i = 0; i < 200; ++i) text += "k=v&";
    const UserName parsed = tolerant(text);
    EXPECT_EQ(parsed.parameters.size(), 64u);
    EXPECT_EQ(parsed.notes.size(), 1u);
}

TEST(UserName, BlanksThatFunctionsTrimAreCutOff) {
    for (const std::string_view text : {"alice", " alice\t",
                                        "\xC2\xA0\xE2\x80\x83"
                                        "alice",
                                        "alice\xE3\x80\x80\x1F\xC2\x85 ",
                                        "\xEF\xBB\xBF\xE1\x9A\x80"
                                        "alice\xE2\x80\xAF"}) {
        EXPECT_EQ(without_blanks(text), "alice") << text;
    }
    EXPECT_EQ(without_blanks("\xE2\x80\x8A \xE2\x81\x9F"), "");
    EXPECT_EQ(without_blanks(" a\xC2\xA0 b "), "a\xC2\xA0 b");
    EXPECT_EQ(without_blanks("\xC3\xA9t\xC3\xA9"), "\xC3\xA9t\xC3\xA9");
}

}  // namespace
}  // namespace gatehouse::authentication
