#include "iam/temporary_keys.h"

#include <gtest/gtest.h>

namespace gatehouse::iam {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class TemporaryKeysTest : public ::testing::Test {
protected:
    Result<TemporaryKey> issue(seconds lifetime = hours(1)) {
        return keys_.issue(AccountId("123456789012"), "arn:role", lifetime);
    }
    ManualClock clock_;
    SystemRandom random_;
    TemporaryKeys keys_{clock_, random_, 2};
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

}  // namespace
}  // namespace gatehouse::iam
