#include "iam/key_maker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace gatehouse::iam {
namespace {

using ::testing::MatchesRegex;

TEST(KeyMaker, KeysHaveTheShapesOfAws) {
    SystemRandom random;
    EXPECT_THAT(make_access_key_id(random).value(), MatchesRegex("AKIA[A-Z2-7]+"));
    EXPECT_EQ(make_access_key_id(random).value().size(), 20U);
    EXPECT_THAT(make_temporary_key_id(random).value(), MatchesRegex("ASIA[A-Z2-7]+"));
    EXPECT_THAT(make_secret(random), MatchesRegex("[A-Za-z0-9/+]+"));
    EXPECT_EQ(make_secret(random).size(), 40U);
    EXPECT_EQ(make_session_token(random).size(), 128U);
}

TEST(KeyMaker, UsesTheWholeAlphabetAndRepeatsNothing) {
    SystemRandom random;
    std::set<std::string> secrets;
    std::set<char> characters;
    for (int i = 0; i < 200; ++i) {
        const std::string secret = make_secret(random);
        characters.insert(secret.begin(), secret.end());
        secrets.insert(secret);
    }
    EXPECT_EQ(secrets.size(), 200U);
    EXPECT_EQ(characters.size(), 64U);
}

}  // namespace
}  // namespace gatehouse::iam
