#include "iam/function_keys.h"

#include <gtest/gtest.h>

#include "iam/iam_fixture.h"

namespace gatehouse::iam {
namespace {

using std::chrono::seconds;

class FunctionKeysTest : public IamFixture {
protected:
    AccessKeyId id_for(const std::string& function, const std::string& role = "arn:r/role") {
        return functions_.key_for(tenant_, function, role).value().id;
    }
    void make_role() {
        Identity wanted{.name = role_};
        wanted.trust_policy =
            R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":)"
            R"("lambda.amazonaws.com"}}})";
        const auto made = identities.create(tenant_, wanted);
        ASSERT_TRUE(made) << made.error().message;
    }

    const IdentityName role_{IdentityKind::Role, "role"};
    const Tenant tenant_;
    ManualClock clock_;
    SystemRandom random_;
    TemporaryKeys keys_{clock_, random_};
    FunctionKeys functions_{clock_, keys_, memory};
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

TEST_F(FunctionKeysTest, WhatIsDeployedAnewGetsAKeyAnew) {
    const auto first = functions_.key_for(tenant_, "f", "arn:r/role", "1").value().id;
    EXPECT_EQ(functions_.key_for(tenant_, "f", "arn:r/role", "1").value().id, first);
    EXPECT_NE(functions_.key_for(tenant_, "f", "arn:r/role", "2").value().id, first);
    EXPECT_TRUE(keys_.find(first).has_value());
}

TEST_F(FunctionKeysTest, AKeyIsOfItsRoleNotOfTheNext) {
    const auto before = functions_.key_for(tenant_, "f", "arn:r/role").value();
    EXPECT_EQ(before.key.identity_id, FunctionKeys::no_identity);
    make_role();
    const auto first = functions_.key_for(tenant_, "f", "arn:r/role").value();
    EXPECT_NE(first.id, before.id);
    EXPECT_EQ(first.key.identity_id, identities.get(tenant_, role_)->id);
    ASSERT_TRUE(identities.remove(tenant_, role_));
    make_role();
    const auto second = functions_.key_for(tenant_, "f", "arn:r/role").value();
    EXPECT_NE(second.key.identity_id, first.key.identity_id);
}

TEST_F(FunctionKeysTest, AKeyWithoutARoleIsOfNoLaterRole) {
    const auto before = functions_.key_for(tenant_, "f", "arn:r/role").value();
    make_role();
    ASSERT_TRUE(identities.put_policy(tenant_, role_, "p", allow_iot));
    const auto may = [&](const TemporaryKey& key) {
        AccessQuestion asked = question(key.key.principal, "iot:CreateThing", "*");
        asked.account = tenant_.account;
        asked.identity_id = key.key.identity_id;
        return async::run_to_end(clock, access.judge(asked)).value().allowed;
    };
    EXPECT_FALSE(may(before));
    EXPECT_TRUE(may(functions_.key_for(tenant_, "f", "arn:r/role").value()));
}

TEST_F(FunctionKeysTest, ARoleThatDoesNotTrustLambdaGivesNothing) {
    Identity wanted{.name = role_};
    wanted.trust_policy =
        R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":)"
        R"("arn:aws:iam::000000000000:user/alice"}}})";
    ASSERT_TRUE(identities.create(tenant_, wanted));
    EXPECT_EQ(functions_.key_for(tenant_, "f", "arn:r/role")->key.identity_id,
              FunctionKeys::no_identity);
    ASSERT_TRUE(identities.remove(tenant_, role_));
    wanted.trust_policy =
        R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":)"
        R"("lambda.amazonaws.com"},"Condition":{"ArnLike":{"aws:SourceArn":)"
        R"("arn:aws:lambda:*:000000000000:function:f"}}}})";
    ASSERT_TRUE(identities.create(tenant_, wanted));
    EXPECT_EQ(functions_.key_for(tenant_, "f", "arn:r/role")->key.identity_id,
              identities.get(tenant_, role_)->id);
    EXPECT_EQ(functions_.key_for(tenant_, "g", "arn:r/role")->key.identity_id,
              FunctionKeys::no_identity);
}

TEST_F(FunctionKeysTest, FunctionsDoNotGetARoleThatIsThereAndDoesNotTrustLambda) {
    EXPECT_TRUE(functions_.check_role(tenant_, "f", "arn:r/role")) << "it is not there";
    Identity wanted{.name = role_};
    wanted.trust_policy =
        R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":)"
        R"("credentials.iot.amazonaws.com"}}})";
    ASSERT_TRUE(identities.create(tenant_, wanted));
    const auto refused = functions_.check_role(tenant_, "f", "arn:r/role");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::InvalidInput);
    EXPECT_EQ(refused.error().message,
              "The role defined for the function cannot be assumed by Lambda.");
    ASSERT_TRUE(identities.remove(tenant_, role_));
    make_role();
    EXPECT_TRUE(functions_.check_role(tenant_, "f", "arn:r/role"));
}

TEST_F(FunctionKeysTest, OfManyDeploymentsTheLastAreKept) {
    const auto id_of = [&](int revision) {
        return functions_.key_for(tenant_, "f", "arn:r/role", std::to_string(revision))->id;
    };
    const auto first = id_of(0);
    std::vector<AccessKeyId> ids;
    for (int revision = 1; revision <= 8; ++revision) {
        clock_.advance(seconds(1));
        ids.push_back(id_of(revision));
    }
    for (int revision = 1; revision <= 8; ++revision) {
        EXPECT_EQ(id_of(revision), ids[static_cast<std::size_t>(revision - 1)]);
    }
    EXPECT_NE(id_of(0), first);
}

TEST_F(FunctionKeysTest, AKeyThatIsKnownNoMoreIsNotHandedOut) {
    const auto first = id_for("f");
    keys_.revoke(first);
    EXPECT_NE(id_for("f"), first);
}

TEST_F(FunctionKeysTest, ThePrincipalIsTheAssumedRole) {
    EXPECT_EQ(functions_.key_for(tenant_, "f", "arn:aws:iam::1:role/path/worker")->key.principal,
              "arn:aws:sts::000000000000:assumed-role/worker/f");
    EXPECT_EQ(assumed_role_arn(tenant_, "", "f"), "arn:aws:sts::000000000000:assumed-role//f");
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
