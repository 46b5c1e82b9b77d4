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
        access.changed(tenant.account);
        return async::run_to_end(
            clock, sessions.assume({.caller = question(principal, "", "*"),
                                    .caller_is_root = principal.ends_with(":root"),
                                    .role_arn = "arn:aws:iam::111111111111:role/worker",
                                    .session = "session",
                                    .lifetime = std::chrono::seconds(seconds),
                                    .external_id = external_id}));
    }

    Result<RoleSession> assume_for_service(const std::string& service, int seconds = 3600,
                                           const Tenant& of = {AccountId("111111111111"),
                                                               Region("us-east-1")}) {
        return async::run_to_end(clock,
                                 sessions.assume_for_service(
                                     {.service = service,
                                      .tenant = of,
                                      .role_arn = "arn:aws:iam::111111111111:role/worker",
                                      .session = "device",
                                      .lifetime = std::chrono::seconds(seconds),
                                      .context = {{"aws:SourceAccount", {of.account.value()}, ""}},
                                      .session_facts = {{"credentials-iot:ThingName", "pump"}}},
                                     keys));
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

// A key may be made while its role is deleted, after the role's keys were revoked.
TEST_F(RoleSessionsTest, ASessionIsOfItsRoleNotOfTheNext) {
    const IdentityName worker{IdentityKind::Role, "worker"};
    role(root);
    const auto session = assume(root);
    ASSERT_TRUE(session);
    const auto key = keys.find(session->key.id);
    EXPECT_EQ(session->id, key->identity_id + ":session");
    ASSERT_TRUE(identities.remove(tenant, worker));
    role(root);
    ASSERT_TRUE(identities.put_policy(tenant, worker, "p", allow_iot));
    AccessQuestion asked = question(session->arn, "iot:CreateThing", "*");
    const auto may = [&] { return async::run_to_end(clock, access.judge(asked)).value().allowed; };
    EXPECT_TRUE(may());
    asked.identity_id = key->identity_id;
    EXPECT_FALSE(may()) << "what was compiled for another is not for this one";
}

TEST_F(RoleSessionsTest, WhoIsGoneIsNotWhoIsNamed) {
    user("alice");
    role(alice_arn);
    const auto assumed_by = [&](const std::string& id) {
        AccessQuestion caller = question(alice_arn, "", "*");
        caller.identity_id = id;
        return async::run_to_end(
            clock, sessions.assume({.caller = caller,
                                    .role_arn = "arn:aws:iam::111111111111:role/worker",
                                    .session = "session"}));
    };
    EXPECT_TRUE(assumed_by(identities.get(tenant, alice)->id));
    EXPECT_EQ(assumed_by("AIDAFORMER").error().kind, ErrorKind::NotAllowed);
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

// What a Deny of the trust policy asks of the caller it gets, as the caller's own policies do.
TEST_F(RoleSessionsTest, ADenyOfTheTrustPolicyKnowsTheCaller) {
    Identity wanted{.name = alice};
    wanted.tags = {{"quarantine", "true"}};
    ASSERT_TRUE(identities.create(tenant, wanted));
    const IdentityName worker{IdentityKind::Role, "worker"};
    const auto denied = [&](const std::string& condition, bool by_session) {
        static_cast<void>(identities.remove(tenant, worker));
        role(alice_arn + R"("}},{"Effect":"Deny","Action":"sts:AssumeRole",)" + R"("Condition":)" +
             condition + R"(,"Principal":{"AWS":"*)");
        AccessQuestion caller = question(alice_arn, "", "*");
        if (by_session) caller.session_facts = {{"aws:TokenIssueTime", "2026-01-01T00:00:00Z"}};
        const auto made = async::run_to_end(
            clock, sessions.assume({.caller = caller,
                                    .role_arn = "arn:aws:iam::111111111111:role/worker",
                                    .session = "session"}));
        return !made && made.error().message.contains("denies it explicitly");
    };
    EXPECT_FALSE(denied(R"({"StringEquals":{"aws:username":"bob"}})", false));
    for (const std::string condition :
         {R"({"StringEquals":{"aws:PrincipalTag/quarantine":"true"}})",
          R"({"StringEquals":{"aws:PrincipalType":"User"}})",
          R"({"StringEquals":{"aws:username":"alice"}})",
          R"({"Bool":{"aws:PrincipalIsAWSService":"false"}})",
          R"({"StringEquals":{"nobody:Knows":"it"}})",
          R"({"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111111111111:user/alice"}})"}) {
        EXPECT_TRUE(denied(condition, false)) << condition;
    }
    const std::string old = R"({"DateLessThan":{"aws:TokenIssueTime":"2099-01-01T00:00:00Z"}})";
    EXPECT_FALSE(denied(old, false));
    EXPECT_TRUE(denied(old, true));
}

TEST_F(RoleSessionsTest, WhoGetsTheNameLaterIsNotWhoIsNamed) {
    user("alice");
    role(alice_arn);
    ASSERT_TRUE(identities.rename(tenant, "alice", "bob", std::nullopt));
    user("alice");
    EXPECT_EQ(assume(alice_arn).error().kind, ErrorKind::NotAllowed);
    EXPECT_TRUE(assume("arn:aws:iam::111111111111:user/bob")) << "it is the one that was named";
    ASSERT_TRUE(identities.set_trust_policy(
        tenant, "worker", identities.get(tenant, {IdentityKind::Role, "worker"})->trust_policy));
    EXPECT_TRUE(assume(alice_arn));
    EXPECT_FALSE(assume("arn:aws:iam::111111111111:user/bob"));
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

TEST_F(RoleSessionsTest, AServiceAssumesWhatTrustsIt) {
    const std::string provider = "credentials.iot.amazonaws.com";
    EXPECT_THAT(assume_for_service(provider).error().message, HasSubstr("no such role"));
    Identity wanted{.name = {IdentityKind::Role, "worker"}};
    wanted.trust_policy =
        R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":)"
        R"("credentials.iot.amazonaws.com"},"Condition":{"StringEquals":)"
        R"({"aws:SourceAccount":"111111111111"}}}})";
    ASSERT_TRUE(identities.create(tenant, wanted));
    const auto session = assume_for_service(provider);
    ASSERT_TRUE(session) << session.error().message;
    EXPECT_EQ(session->arn, "arn:aws:sts::111111111111:assumed-role/worker/device");
    EXPECT_THAT(assume_for_service("iot.amazonaws.com").error().message,
                HasSubstr("trust policy does not name it"));
    EXPECT_EQ(assume_for_service(provider, 3601).error().kind, ErrorKind::InvalidInput);
    EXPECT_EQ(assume_for_service(provider, 3600, {AccountId("222222222222"), Region("us-east-1")})
                  .error()
                  .kind,
              ErrorKind::NotAllowed);
    EXPECT_FALSE(assume(root)) << "nobody else is trusted";
}

TEST_F(RoleSessionsTest, WhatAServiceDoesTheRoleHasToBeAllowed) {
    const auto check = [&](const std::string& action) {
        access.changed(tenant.account);
        return async::run_to_end(
            clock,
            sessions.check_for_service({.service = "iot.amazonaws.com",
                                        .tenant = {AccountId("111111111111"), Region("us-east-1")},
                                        .role_arn = "arn:aws:iam::111111111111:role/worker",
                                        .session = "device",
                                        .context = {}},
                                       {{.action = "iot:CreateThing", .resources = {"*"}},
                                        {.action = action, .resources = {"*"}}}));
    };
    EXPECT_THAT(check("iot:CreateThing").error().message, HasSubstr("there is no such role"));
    Identity wanted{.name = {IdentityKind::Role, "worker"}};
    wanted.trust_policy =
        R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":)"
        R"("iot.amazonaws.com"}}})";
    ASSERT_TRUE(identities.create(tenant, wanted));
    EXPECT_THAT(
        check("iot:CreateThing").error().message,
        HasSubstr("assumed-role/worker/device is not authorized to perform: iot:CreateThing"));
    ASSERT_TRUE(identities.attach(tenant, {IdentityKind::Role, "worker"},
                                  "arn:aws:iam::aws:policy/service-role/AWSIoTThingsRegistration"));
    EXPECT_TRUE(check("iot:AttachPolicy"));
    EXPECT_EQ(check("iot:DeleteThing").error().kind, ErrorKind::NotAllowed);
}

TEST_F(RoleSessionsTest, PoliciesMayAskWhatIsKnownOfTheSession) {
    role(root);
    ASSERT_TRUE(identities.put_policy(
        tenant, {IdentityKind::Role, "worker"}, "p",
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:DescribeThing",)"
        R"("Resource":"arn:aws:iot:us-east-1:111111111111:thing/${credentials-iot:ThingName}"}]})"));
    access.changed(tenant.account);
    const std::string own = "arn:aws:iot:us-east-1:111111111111:thing/pump";
    auto asked =
        question("arn:aws:sts::111111111111:assumed-role/worker/device", "iot:DescribeThing", own);
    EXPECT_FALSE(async::run_to_end(clock, access.judge(asked))->allowed);
    asked.session_facts = {{"credentials-iot:ThingName", "pump"}};
    EXPECT_TRUE(async::run_to_end(clock, access.judge(asked))->allowed);
    asked.session_facts = {{"credentials-iot:ThingName", "other"}};
    EXPECT_FALSE(async::run_to_end(clock, access.judge(asked))->allowed);
}

}  // namespace
}  // namespace gatehouse::iam
