#include "server/device/login.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::server::device {
namespace {

using testing::HasSubstr;

std::string built(const Login& login) {
    const auto name = build_user_name(login);
    if (!name) return "refused: " + name.error().message;
    return name->value_or("(none)");
}

TEST(Login, NamesTheAuthorizerInTheUserName) {
    EXPECT_EQ(built({.user = "alice", .authorizer = "AutoCustom"}),
              "alice?x-amz-customauthorizer-name=AutoCustom");
    EXPECT_EQ(built({.authorizer = "AutoCustom"}), "?x-amz-customauthorizer-name=AutoCustom");
    EXPECT_EQ(built({.user = "alice"}), "alice");
    EXPECT_EQ(built({}), "(none)");
    EXPECT_EQ(built({.user = ""}), "");
}

TEST(Login, EncodesEveryValue) {
    EXPECT_EQ(built({.user = "a&b", .authorizer = "a=b,c@d"}),
              "a&b?x-amz-customauthorizer-name=a%3Db%2Cc%40d");
    EXPECT_EQ(built({.user = "u",
                     .authorizer = "A",
                     .token_key = "key",
                     .token = "a b&c?",
                     .signature = "ab+/=="}),
              "u?x-amz-customauthorizer-name=A&key=a%20b%26c%3F"
              "&x-amz-customauthorizer-signature=ab%2B%2F%3D%3D");
}

TEST(Login, LeavesAnEncodedSignatureAsItIs) {
    EXPECT_THAT(built({.token_key = "k", .token = "t", .signature = "ab%2B%3D"}),
                testing::EndsWith("signature=ab%2B%3D"));
}

TEST(Login, ContinuesAQuery) {
    EXPECT_EQ(built({.user = "u?SDK=x", .authorizer = "A"}),
              "u?SDK=x&x-amz-customauthorizer-name=A");
    EXPECT_EQ(built({.user = "u?", .authorizer = "A"}), "u?x-amz-customauthorizer-name=A");
    EXPECT_EQ(built({.user = "u?x-amz-customauthorizer-name=A"}),
              "u?x-amz-customauthorizer-name=A");
}

TEST(Login, RefusesWhatNoAuthorizerTakes) {
    EXPECT_THAT(built({.authorizer = "my authorizer"}), HasSubstr("--authorizer 'my authorizer'"));
    EXPECT_THAT(built({.authorizer = ""}), HasSubstr("1 to 128"));
    EXPECT_THAT(built({.authorizer = std::string(129, 'a')}), HasSubstr("1 to 128"));
    EXPECT_THAT(built({.token_key = "a=b", .token = "t"}), HasSubstr("--token-key"));
    EXPECT_THAT(built({.token = "t"}), HasSubstr("belong together"));
    EXPECT_THAT(built({.token_key = "k"}), HasSubstr("belong together"));
    EXPECT_THAT(built({.user = "u", .signature = "s"}), HasSubstr("no --token"));
    EXPECT_THAT(built({.user = "u?x-amz-customauthorizer-name=A", .authorizer = "B"}),
                HasSubstr("second"));
}

}  // namespace
}  // namespace gatehouse::server::device
