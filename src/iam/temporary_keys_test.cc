#include "iam/temporary_keys.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace gatehouse::iam {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class TemporaryKeysTest : public ::testing::Test {
protected:
    Result<TemporaryKey> issue(seconds lifetime = hours(1)) {
        return keys_.issue({.account = AccountId("123456789012"), .principal = "arn:role"},
                           lifetime);
    }
    ManualClock clock_;
    SystemRandom random_;
    TemporaryKeys keys_{clock_, random_, {.keys_max = 2}};
};

TEST_F(TemporaryKeysTest, FindsWhatItIssued) {
    const auto issued = issue();
    ASSERT_TRUE(issued.has_value());
    const auto found = keys_.find(issued->id);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->secret, issued->key.secret);
    EXPECT_EQ(found->session_token, issued->key.session_token);
    EXPECT_EQ(found->account, AccountId("123456789012"));
    EXPECT_EQ(found->principal, "arn:role");
    EXPECT_EQ(found->expires, clock_.wall_now() + hours(1));
    EXPECT_FALSE(keys_.find(AccessKeyId("ASIAUNKNOWN")).has_value());
}

TEST_F(TemporaryKeysTest, AllKeysOfOneIdentityMayBeRevoked) {
    const AccountId account("123456789012");
    TemporaryKeys keys(clock_, random_);
    const auto issue_to = [&](const AccountId& whose, const std::string& principal) {
        return keys.issue({.account = whose, .principal = principal}, hours(1)).value().id;
    };
    const auto first = issue_to(account, "arn:aws:sts::123456789012:assumed-role/lamp/a");
    const auto second = issue_to(account, "arn:aws:sts::123456789012:assumed-role/lamp/b");
    const auto user = issue_to(account, "arn:aws:iam::123456789012:user/lamp");
    const auto role = issue_to(account, "arn:aws:sts::123456789012:assumed-role/lamp2/a");
    const AccountId other("210987654321");
    const auto others = issue_to(other, "arn:aws:sts::210987654321:assumed-role/lamp/a");
    keys.revoke_all(account, {IdentityKind::Role, "lamp"});
    EXPECT_FALSE(keys.find(first));
    EXPECT_FALSE(keys.find(second));
    EXPECT_TRUE(keys.find(user) && keys.find(role) && keys.find(others));
    keys.revoke_all(account, {IdentityKind::User, "lamp"});
    EXPECT_FALSE(keys.find(user));
    EXPECT_EQ(keys.size(), 2U);
}

TEST_F(TemporaryKeysTest, ARevokedKeyIsUnknown) {
    const auto issued = issue();
    keys_.revoke(issued->id);
    EXPECT_FALSE(keys_.find(issued->id).has_value());
    keys_.revoke(issued->id);
}

TEST_F(TemporaryKeysTest, ExpiredKeysMakeRoomAndLivingOnesDoNot) {
    const auto short_lived = issue(seconds(10));
    const auto long_lived = issue();
    EXPECT_EQ(issue().error().kind, ErrorKind::LimitExceeded);
    clock_.advance(seconds(10));
    EXPECT_TRUE(keys_.find(short_lived->id).has_value());  // its user is told that it expired
    EXPECT_TRUE(issue().has_value());
    EXPECT_FALSE(keys_.find(short_lived->id).has_value());
    EXPECT_TRUE(keys_.find(long_lived->id).has_value());
}

TEST_F(TemporaryKeysTest, OnePrincipalTakesNoMoreThanItsShare) {
    TemporaryKeys keys{clock_, random_, {.keys_max = 3, .of_principal_max = 1}};
    const auto issue_to = [&](const std::string& principal) {
        return keys.issue({.account = AccountId("123456789012"),
                           .principal = principal,
                           .session_facts = {{"name", "value"}}},
                          seconds(10));
    };
    ASSERT_TRUE(issue_to("arn:one"));
    EXPECT_EQ(issue_to("arn:one").error().kind, ErrorKind::LimitExceeded);
    const auto other = issue_to("arn:two");
    ASSERT_TRUE(other);
    EXPECT_EQ(keys.find(other->id)->session_facts.front().second, "value");
    clock_.advance(seconds(10));
    EXPECT_TRUE(issue_to("arn:one"));
    keys.revoke(other->id);
    EXPECT_TRUE(issue_to("arn:two"));
    EXPECT_EQ(keys.size(), 2U);
}

TEST_F(TemporaryKeysTest, OneAccountTakesNoMoreThanItsShareUnderWhateverNames) {
    TemporaryKeys keys{clock_, random_, {.keys_max = 3, .of_account_max = 2}};
    const auto issue_to = [&](const char* account, int name) {
        return keys.issue(
            {.account = AccountId(account), .principal = "arn:session-" + std::to_string(name)},
            seconds(10));
    };
    ASSERT_TRUE(issue_to("123456789012", 1) && issue_to("123456789012", 2));
    EXPECT_EQ(issue_to("123456789012", 3).error().kind, ErrorKind::LimitExceeded);
    EXPECT_TRUE(issue_to("210987654321", 1));
    EXPECT_EQ(issue_to("210987654321", 2).error().kind, ErrorKind::LimitExceeded)
        << "as many as the server holds";
    clock_.advance(seconds(10));
    EXPECT_TRUE(issue_to("210987654321", 2)) << "what expired elsewhere makes room";
}

TEST_F(TemporaryKeysTest, WhoHasItsShareMayLoseItsOldestInstead) {
    TemporaryKeys keys{clock_, random_, {.of_principal_max = 2, .at_share = AtShare::ForgetOldest}};
    const auto issue_to = [&](const std::string& principal) {
        return keys.issue({.account = AccountId("123456789012"), .principal = principal}, hours(1))
            .value()
            .id;
    };
    const auto other = issue_to("arn:other");
    const auto first = issue_to("arn:device");
    const auto second = issue_to("arn:device");
    const auto third = issue_to("arn:device");
    EXPECT_FALSE(keys.find(first));
    EXPECT_TRUE(keys.find(second) && keys.find(third) && keys.find(other));
    EXPECT_EQ(keys.size(), 3U);
}

TEST_F(TemporaryKeysTest, AKeyKnowsWhoseItIsAndWhenItWasMade) {
    const auto made = keys_.issue(
        {.account = AccountId("123456789012"), .principal = "arn:role", .identity_id = "AROAONE"},
        hours(1));
    const auto found = keys_.find(made->id);
    EXPECT_EQ(found->identity_id, "AROAONE");
    const std::pair<std::string, std::string> issued{"aws:TokenIssueTime",
                                                     format_iso8601(clock_.wall_now())};
    EXPECT_EQ(found->session_facts, std::vector{issued});
}

}  // namespace
}  // namespace gatehouse::iam
