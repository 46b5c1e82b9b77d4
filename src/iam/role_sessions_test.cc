#include "iam/role_sessions.h"

#include "iam/iam_fixture.h"

namespace gatehouse::iam {
namespace {

using ::testing::HasSubstr;

class RoleSessionsTest : public IamFixture {
protected:
    void role(const std::string& principal, const std::string& more = "") {
        Identity wanted{.name = {IdentityKind::Role, "worker"}};
        wanted.trust_policy =
            R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",)"
            R"("Principal":{"AWS":")" +
            principal + "\"}" + more + "}]}";
        wanted.session_seconds_max = 7200;
        ASSERT_TRUE(identities.create(tenant, wanted));
    }
    Result<RoleSession> assume(const std::string& principal, int seconds = 3600,
                               const std::string& external_id = "") {
        access.changed();
        return async::run_to_end(
            clock, sessions.assume({.caller = question(principal, "", "*"),
                                    .caller_is_root = principal.ends_with(":root"),
                                    .role_arn = "arn:aws:iam::111111111111:role/worker",
                                    .session = "session",
                                    .lifetime = std::chrono::seconds(seconds),
                                    .external_id = external_id}));
    }

    const std::string root = "arn:aws:iam::111111111111:root";
    TemporaryKeys keys{clock, random};
    RoleSessions sessions{store, access, keys, clock};
};

TEST_F(RoleSessionsTest, TheSessionHasKeysOfItsOwn) {
    role(root);
    const auto session = assume(root);
    ASSERT_TRUE(session) << session.error().message;
    EXPECT_EQ(session->arn, "arn:aws:sts::111111111111:assumed-role/worker/session");
    EXPECT_TRUE(session->id.starts_with("AROA") && session->id.ends_with(":session"));
    EXPECT_EQ(keys.find(session->key.id)->principal, session->arn);
    ASSERT_TRUE(identities.put_policy(tenant, {IdentityKind::Role, "worker"}, "p", allow_iot));
    EXPECT_TRUE(judge(session->arn, "iot:CreateThing", "*").allowed);
    EXPECT_FALSE(judge(session->arn, "lambda:Invoke", "*").allowed);
}

TEST_F(RoleSessionsTest, WhereTheAccountIsTrustedTheCallersPoliciesDecide) {
    user("alice");
    role(root);
    EXPECT_EQ(assume(alice_arn).error().kind, ErrorKind::NotAllowed);
    ASSERT_TRUE(identities.put_policy(
        tenant, alice, "p",
        R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}})"));
    EXPECT_TRUE(assume(alice_arn));
}

TEST_F(RoleSessionsTest, WhoIsNamedNeedsNoMoreUnlessDenied) {
    user("alice");
    role(alice_arn);
    EXPECT_TRUE(assume(alice_arn));
    EXPECT_EQ(assume(root).error().kind, ErrorKind::NotAllowed);
    ASSERT_TRUE(identities.put_policy(
        tenant, alice, "p",
        R"({"Statement":{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}})"));
    EXPECT_THAT(assume(alice_arn).error().message, HasSubstr("explicit deny"));
}

TEST_F(RoleSessionsTest, ConditionsOfTheTrustPolicyHold) {
    role(root, R"(,"Condition":{"StringEquals":{"sts:ExternalId":"secret"}})");
    EXPECT_FALSE(assume(root));
    EXPECT_FALSE(assume(root, 3600, "guess"));
    EXPECT_TRUE(assume(root, 3600, "secret"));
}

TEST_F(RoleSessionsTest, AnotherAccountIsNotTrusted) {
    role("222222222222");
    EXPECT_THAT(assume(root).error().message,
                HasSubstr("User: " + root +
                          " is not authorized to perform: sts:AssumeRole on "
                          "resource: arn:aws:iam::111111111111:role/worker"));
}

TEST_F(RoleSessionsTest, SessionsEndWhenTheRoleSays) {
    role(root);
    EXPECT_EQ(assume(root, 7201).error().kind, ErrorKind::InvalidInput);
    const auto session = assume(root, 7200);
    ASSERT_TRUE(session);
    EXPECT_EQ(*session->key.key.expires, clock.wall_now() + std::chrono::hours(2));
}

}  // namespace
}  // namespace gatehouse::iam
