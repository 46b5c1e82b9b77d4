#include "iam/function_keys.h"

#include <gtest/gtest.h>

namespace gatehouse::iam {
namespace {

using std::chrono::seconds;

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

TEST_F(FunctionKeysTest, IssuesToTheFunctionsRuntime) {
    functions::Function function;
    function.tenant = tenant_;
    function.configuration.name = functions::FunctionName("f");
    function.configuration.role = "arn:aws:iam::000000000000:role/worker";
    const auto issued = functions_.issue(function);
    ASSERT_TRUE(issued.has_value());
    const auto key = keys_.find(AccessKeyId(issued->access_key_id));
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(key->secret, issued->secret_access_key);
    EXPECT_EQ(key->session_token, issued->session_token);
    EXPECT_EQ(key->principal, "arn:aws:sts::000000000000:assumed-role/worker/f");
}

}  // namespace
}  // namespace gatehouse::iam
