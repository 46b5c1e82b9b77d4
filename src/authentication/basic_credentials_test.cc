#include "authentication/basic_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"

namespace gatehouse::authentication {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

Credentials with(std::string authorization) {
    Credentials credentials;
    credentials.http = std::make_unique<HttpCredentials>();
    credentials.http->headers.add("Authorization", std::move(authorization));
    return credentials;
}
// "USER/PASSWORD", or "none".
std::string read_header(std::string authorization, Scheme scheme = Scheme::Basic) {
    const auto read = basic_credentials(with(std::move(authorization)), scheme);
    return read ? read->user + "/" + read->password : "none";
}
std::string encoded(std::string_view text) {
    return to_base64(bytes_of(text));
}

TEST(BasicCredentials, AreUserAndPasswordUpToTheFirstColon) {
    EXPECT_EQ(read_header("Basic " + encoded("alice:a:b")), "alice/a:b");
    EXPECT_EQ(read_header("bAsIc \t " + encoded("alice:")), "alice/");
    EXPECT_EQ(read_header("Basic " + encoded(":p")), "/p");
    EXPECT_EQ(read_header("Basic " + encoded("alice")), "none");
    EXPECT_EQ(read_header("Basic " + encoded("alice:pw") + "."), "none");
    EXPECT_EQ(read_header("Basic"), "none");
    EXPECT_EQ(read_header(""), "none");
    EXPECT_FALSE(basic_credentials(Credentials(), Scheme::Any));
}

TEST(BasicCredentials, OfAnotherSchemeAreThoseThatLookLikeAUser) {
    EXPECT_EQ(read_header("Foo " + encoded("alice:pw")), "none");
    EXPECT_EQ(read_header("Foo " + encoded("alice:pw"), Scheme::Any), "alice/pw");
    EXPECT_EQ(read_header(encoded("alice:pw"), Scheme::Any), "alice/pw");
    EXPECT_EQ(read_header("Bearer " + encoded(R"({"alg":"none"})"), Scheme::Any), "none");
    EXPECT_EQ(read_header("Bearer " + encoded("\x01\x02:"), Scheme::Any), "none");
    EXPECT_EQ(read_header("Bearer " + encoded(":pw"), Scheme::Any), "none");
    EXPECT_EQ(read_header("Bearer " + encoded("\talice\xC2\xA0:pw"), Scheme::Any),
              "\talice\xC2\xA0/pw")
        << "a function may trim it";
}

TEST(BasicCredentials, MayHideWhereItIsNoBase64) {
    const std::string user = encoded("alice:pw");
    for (const std::string& shown : {"Basic ." + user, "Basic=" + user, "Basic:" + user,
                                     "Foo ." + user, "Foo -" + user, "Foo " + user + "=="}) {
        EXPECT_TRUE(may_hide_user(with(shown))) << shown;
    }
    for (const std::string& shown :
         {"Basic " + user, "Basic " + encoded("key"), "Foo " + user, std::string("Bearer a.b.c"),
          "Bearer " + encoded(R"({"alg":"none"})") + ".x.y"}) {
        EXPECT_FALSE(may_hide_user(with(shown))) << shown;
    }
}

TEST(BasicCredentials, PasswordsAreKnownHoweverTheyAreSpelled) {
    const std::string user = encoded("alice:hunter2?");
    for (const std::string& shown : {"Basic " + user, "Basic  ." + user, "Foo " + user, user,
                                     "Basic " + encoded("alice:hunter2?!") + "=AAAA"}) {
        EXPECT_THAT(passwords_in_authorization(with(shown)),
                    Contains(::testing::StartsWith("hunter2?")))
            << shown;
    }
    // "-" and "_" in place of "+" and "/", or skipped.
    const std::string other_alphabet = encoded("alice:\xFB\xFF");
    ASSERT_NE(other_alphabet.find('/'), other_alphabet.npos);
    std::string url = other_alphabet;
    std::ranges::replace(url, '/', '_');
    EXPECT_THAT(passwords_in_authorization(with("Basic " + url)), Contains("\xFB\xFF"));
    EXPECT_THAT(passwords_in_authorization(Credentials()), IsEmpty());
}

}  // namespace
}  // namespace gatehouse::authentication
