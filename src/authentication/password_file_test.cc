#include "authentication/password_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "authentication/password_hash.h"

namespace gatehouse::authentication {
namespace {

using testing::HasSubstr;

const std::string hash = "$2b$12$" + std::string(53, 'a');

std::string problem(const std::string& text) {
    const auto parsed = parse_password_file(text, "users");
    return parsed ? "" : parsed.error().message;
}

TEST(PasswordFile, HasAUserALine) {
    const auto users = parse_password_file(
        "# sensors\n\nalice:" + hash + "\r\nbob@site-1:" + hash + ":readers\n   # the end",
        "users");
    ASSERT_TRUE(users) << users.error().message;
    ASSERT_EQ(users->size(), 2u);
    EXPECT_EQ(users->at("alice").policy, "default");
    EXPECT_EQ(users->at("alice").hash, hash);
    EXPECT_EQ(users->at("bob@site-1").policy, "readers");
    EXPECT_EQ(parse_password_file("", "users")->size(), 0u);
}

TEST(PasswordFile, IsRefusedWithTheLine) {
    EXPECT_THAT(problem("a:" + hash + "\nalice"), HasSubstr("users:2: write NAME:HASH"));
    EXPECT_THAT(problem("ali*ce:" + hash), HasSubstr("users:1: the user's name"));
    EXPECT_THAT(problem("${x}:" + hash), HasSubstr("users:1: the user's name"));
    EXPECT_THAT(problem(":" + hash), HasSubstr("users:1: the user's name"));
    EXPECT_THAT(problem("alice:plain"), HasSubstr("users:1: no hash"));
    EXPECT_THAT(problem("alice:" + hash + ":a/b"), HasSubstr("a policy's name"));
    EXPECT_THAT(problem("alice:" + hash + ":"), HasSubstr("a policy's name"));
    EXPECT_THAT(problem("alice:" + hash + "\nalice:" + hash), HasSubstr("users:2: 'alice'"));
}

TEST(PasswordFile, ChangesOneLine) {
    const std::string text = "# first\nalice:old\nalicia:other\n";
    auto changed = change_password_file(text, "alice", {"new", "default"});
    EXPECT_TRUE(changed.was_there);
    EXPECT_EQ(changed.text, "# first\nalice:new\nalicia:other\n");
    changed = change_password_file(text, "bob", {"new", "readers"});
    EXPECT_FALSE(changed.was_there);
    EXPECT_EQ(changed.text, text + "bob:new:readers\n");
    changed = change_password_file(text, "alice", {});
    EXPECT_TRUE(changed.was_there);
    EXPECT_EQ(changed.text, "# first\nalicia:other\n");
    changed = change_password_file("alice:x", "bob", {"new", "default"});
    EXPECT_EQ(changed.text, "alice:x\nbob:new\n") << "a last line without its end";
}

}  // namespace
}  // namespace gatehouse::authentication
