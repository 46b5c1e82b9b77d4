#include "authentication/password_hash.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::authentication {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string hash_problem(const std::string& hash) {
    const auto checked = check_password_hash(hash);
    return checked ? "" : checked.error().message;
}

// Made by other programs: htpasswd of Apache (bcrypt) and the argon2 command of libargon2.
constexpr const char* bcrypt_of_secret =
    "$2y$05$gl56dh/CNDJr8KyqYPtBc.rRWrwEeZbLTTDsb4A2TgEoRnaPIcw66";
constexpr const char* argon2_of_secret =
    "$argon2id$v=19$m=1024,t=2,p=1$c29tZXNhbHQxMjM0NTY3OA$DIUcSHpCiebLVy4jcHUholsuzs2AALnb/x/"
    "U2FM71HQ";

TEST(PasswordHash, OfOtherProgramsIsUnderstood) {
    for (const std::string hash : {bcrypt_of_secret, argon2_of_secret}) {
        EXPECT_EQ(hash_problem(hash), "") << hash;
        EXPECT_TRUE(verify_password(hash, "secret")) << hash;
        for (const std::string_view wrong : {"Secret", "", "secre", "secret "}) {
            EXPECT_FALSE(verify_password(hash, wrong)) << hash << " " << wrong;
        }
    }
}

TEST(PasswordHash, OfOursIsOne) {
    SystemRandom random;
    for (const auto algorithm : {PasswordAlgorithm::Argon2id, PasswordAlgorithm::Bcrypt}) {
        const auto hash = hash_password("p\xc3\xa4ss:word", algorithm, random);
        ASSERT_TRUE(hash) << hash.error().message;
        EXPECT_EQ(hash_problem(*hash), "") << *hash;
        EXPECT_TRUE(verify_password(*hash, "p\xc3\xa4ss:word"));
        EXPECT_FALSE(verify_password(*hash, "password"));
        EXPECT_NE(hash_password("p\xc3\xa4ss:word", algorithm, random), hash) << "has its salt";
    }
}

TEST(PasswordHash, OfBcryptKnowsNoPasswordsThatItWouldCutOff) {
    SystemRandom random;
    const std::string longest(bcrypt_password_bytes_max, 'x');
    const auto hash = hash_password(longest, PasswordAlgorithm::Bcrypt, random);
    ASSERT_TRUE(hash);
    EXPECT_TRUE(verify_password(*hash, longest));
    EXPECT_FALSE(verify_password(*hash, longest + "x"));
    EXPECT_FALSE(hash_password(longest + "x", PasswordAlgorithm::Bcrypt, random));
    using namespace std::string_view_literals;
    EXPECT_FALSE(verify_password(bcrypt_of_secret, "secret\0more"sv));
}

TEST(PasswordHash, CostsWhatItsParametersSay) {
    EXPECT_EQ(cost_of("$2b$14$" + std::string(53, 'a')), "$2b$14$");
    EXPECT_EQ(cost_of("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0c2FsdA"),
              "$argon2id$v=19$m=19456,t=2,p=1$");
}

TEST(PasswordHash, ThatIsNoneOrCostsTooMuchIsRefused) {
    EXPECT_THAT(hash_problem(""), HasSubstr("gatehouse passwd"));
    EXPECT_THAT(hash_problem("plain"), HasSubstr("no hash"));
    EXPECT_THAT(hash_problem("$6$salt$hash"), HasSubstr("no hash"));
    EXPECT_THAT(hash_problem("$2b$10$" + std::string(52, 'a') + "\r"), HasSubstr("no hash"));
    EXPECT_THAT(hash_problem("$2b$10$" + std::string(52, 'a') + "$"), HasSubstr("no hash"));
    EXPECT_THAT(hash_problem("$2b$31$" + std::string(53, 'a')), HasSubstr("cost"));
    EXPECT_THAT(hash_problem("$2b$xx$" + std::string(53, 'a')), HasSubstr("cost"));
    const std::string end = "$c29tZXNhbHRzb21l$c29tZWRpZ2VzdHNvbWVkaWdlc3Q";
    EXPECT_EQ(hash_problem("$argon2id$v=19$m=65536,t=3,p=4" + end), "");
    EXPECT_THAT(hash_problem("$argon2id$v=19$m=4000000,t=3,p=4" + end),
                HasSubstr("costs too much"));
    EXPECT_THAT(hash_problem("$argon2id$v=19$m=65536,t=99,p=4" + end), HasSubstr("costs too much"));
    EXPECT_THAT(hash_problem("$argon2id$v=19$m=65536,t=3" + end), HasSubstr("usual form"));
    EXPECT_THAT(hash_problem("$argon2id$v=16$m=65536,t=3,p=4" + end), HasSubstr("usual form"));
    EXPECT_THAT(hash_problem("$argon2id$v=19$m=65536,t=3,p=4$short$x"), HasSubstr("base64"));
    EXPECT_THAT(hash_problem("$argon2id$"), HasSubstr("usual form"));
    EXPECT_FALSE(verify_password("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$AAAA", "x"));
}

}  // namespace
}  // namespace gatehouse::authentication
