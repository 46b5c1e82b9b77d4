#include "iam/temporary_keys.h"

#include <gtest/gtest.h>

#include "iam/function_keys.h"

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

class FunctionKeysTest : public ::testing::Test {
protected:
    AccessKeyId id_for(const std::string& function, const std::string& role = "arn:r/role") {
        return functions_.key_for(tenant_, function, role).value().id;
    }
    const Tenant tenant_;
    ManualClock clock_;
    SystemRandom random_;
    TemporaryKeys keys_{clock_, random_};
    FunctionKeys functions_{clock_, keys_};
};

TEST_F(FunctionKeysTest, InstancesShareAKeyFunctionsAndRolesDoNot) {
    const auto first = id_for("f");
    EXPECT_EQ(id_for("f"), first);
    EXPECT_NE(id_for("g"), first);
    EXPECT_NE(id_for("f", "arn:r/other"), first);
}

TEST_F(FunctionKeysTest, AKeyIsGoodForAWholeInstanceLife) {
    const auto first = id_for("f");
    clock_.advance(FunctionKeys::lifetime - FunctionKeys::instance_life_max);
    EXPECT_EQ(id_for("f"), first);
    clock_.advance(seconds(1));
    EXPECT_NE(id_for("f"), first);
    EXPECT_TRUE(keys_.find(first).has_value());  // older instances go on with theirs
}

TEST_F(FunctionKeysTest, ThePrincipalIsTheAssumedRole) {
    EXPECT_EQ(functions_.key_for(tenant_, "f", "arn:aws:iam::1:role/path/worker")->key.principal,
              "arn:aws:sts::000000000000:assumed-role/worker/f");
    EXPECT_EQ(assumed_role_arn(tenant_, "", "f"), "arn:aws:sts::000000000000:assumed-role/f/f");
    EXPECT_EQ(assumed_role_arn({tenant_.account, Region("cn-north-1")}, "r", "f"),
              "arn:aws-cn:sts::000000000000:assumed-role/r/f");
}

}  // namespace
}  // namespace gatehouse::iam
