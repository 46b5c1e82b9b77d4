#include "iam/access_judge.h"

#include "iam/iam_fixture.h"

namespace gatehouse::iam {
namespace {

using ::testing::HasSubstr;

using AccessJudgeTest = IamFixture;

constexpr auto thing = "arn:aws:iot:us-east-1:111111111111:thing/lamp";

TEST_F(AccessJudgeTest, WhatNothingAllowsIsRefusedInTheWordsOfAws) {
    user("alice");
    const Verdict verdict = judge(alice_arn, "iot:CreateThing", thing);
    EXPECT_FALSE(verdict.allowed);
    EXPECT_FALSE(verdict.denied_explicitly);
    EXPECT_THAT(verdict.sentence, HasSubstr("User: " + alice_arn +
                                            " is not authorized to perform: iot:CreateThing "
                                            "on resource: " +
                                            thing +
                                            " because no identity-based policy allows the "
                                            "iot:CreateThing action"));
}

TEST_F(AccessJudgeTest, WhoIsGoneMayDoNothing) {
    EXPECT_FALSE(judge(alice_arn, "iot:CreateThing", thing).allowed);
    EXPECT_FALSE(judge("no ARN at all", "iot:CreateThing", thing).allowed);
}

TEST_F(AccessJudgeTest, InlinePoliciesAttachedOnesAndThoseOfGroupsCount) {
    user("alice");
    ASSERT_TRUE(identities.put_policy(tenant, alice, "inline", allow_iot));
    EXPECT_TRUE(judge(alice_arn, "iot:CreateThing", thing).allowed);
    ASSERT_TRUE(identities.remove_policy(tenant, alice, "inline"));
    EXPECT_FALSE(judge(alice_arn, "iot:CreateThing", thing).allowed);

    ASSERT_TRUE(identities.attach(tenant, alice, "arn:aws:iam::aws:policy/AWSIoTFullAccess"));
    EXPECT_TRUE(judge(alice_arn, "iot:CreateThing", thing).allowed);
    EXPECT_FALSE(judge(alice_arn, "lambda:Invoke", "*").allowed);
    ASSERT_TRUE(identities.detach(tenant, alice, "arn:aws:iam::aws:policy/AWSIoTFullAccess"));

    ASSERT_TRUE(identities.create(tenant, {.name = {IdentityKind::Group, "admins"}}));
    ASSERT_TRUE(identities.add_member(tenant, "admins", "alice"));
    ASSERT_TRUE(identities.attach(tenant, {IdentityKind::Group, "admins"},
                                  "arn:aws:iam::aws:policy/AdministratorAccess"));
    EXPECT_TRUE(judge(alice_arn, "lambda:Invoke", "*").allowed);
}

TEST_F(AccessJudgeTest, AnExplicitDenyWins) {
    user("alice");
    ASSERT_TRUE(identities.put_policy(tenant, alice, "allow", allow_iot));
    ASSERT_TRUE(identities.put_policy(
        tenant, alice, "deny",
        R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iot:Delete*",
            "Resource":"arn:aws:iot:*:*:thing/${aws:username}"}})"));
    EXPECT_TRUE(judge(alice_arn, "iot:DeleteThing", thing).allowed);
    const Verdict verdict =
        judge(alice_arn, "iot:DeleteThing", "arn:aws:iot:us-east-1:111111111111:thing/alice");
    EXPECT_TRUE(verdict.denied_explicitly);
    EXPECT_THAT(verdict.sentence, HasSubstr("with an explicit deny in an identity-based policy"));
}

TEST_F(AccessJudgeTest, EveryResourceHasToBeAllowed) {
    user("alice");
    ASSERT_TRUE(identities.put_policy(
        tenant, alice, "things",
        R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*",
            "Resource":"arn:aws:iot:*:*:thing/*"}})"));
    AccessQuestion asked = question(alice_arn, "iot:AddThingToThingGroup", thing);
    asked.resources.push_back("arn:aws:iot:us-east-1:111111111111:thinggroup/all");
    EXPECT_FALSE(async::run_to_end(clock, access.judge(asked))->allowed);
}

TEST_F(AccessJudgeTest, NothingIsOfAnotherPartition) {
    user("alice");
    ASSERT_TRUE(identities.attach(tenant, alice, "arn:aws:iam::aws:policy/AdministratorAccess"));
    EXPECT_TRUE(judge(alice_arn, "iot:CreateThing", thing).allowed);
    std::string elsewhere = thing;
    elsewhere.replace(0, 8, "arn:aws-cn:");
    const Verdict verdict = judge(alice_arn, "iot:CreateThing", elsewhere);
    EXPECT_FALSE(verdict.allowed);
    EXPECT_THAT(verdict.sentence, HasSubstr("its partition is not that of its region"));
    EXPECT_TRUE(
        judge(alice_arn, "iot:CreateThing", "arn:aws-cn:iot:cn-north-1:111111111111:thing/a")
            .allowed);
}

TEST_F(AccessJudgeTest, WhatIsNamedByAPartIsCompleted) {
    user("alice");
    access.complete_with([](storage::ResourceStore&, std::string& arn) -> Result<void> {
        arn.replace(arn.size() - 1, 1, "1a2b");
        return {};
    });
    ASSERT_TRUE(identities.put_policy(
        tenant, alice, "own",
        R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:*",
            "Resource":"arn:aws:iot:*:*:domainconfiguration/d/1a2b"}})"));
    const std::string named = "arn:aws:iot:us-east-1:111111111111:domainconfiguration/d/*";
    EXPECT_TRUE(judge(alice_arn, "iot:DescribeDomainConfiguration", named).allowed);
    EXPECT_TRUE(judge(alice_arn, "iot:DescribeDomainConfiguration", named).allowed)
        << "by what is kept, too";
    EXPECT_FALSE(judge(alice_arn, "iot:DescribeThing", thing).allowed);
}

TEST_F(AccessJudgeTest, UsersAreMeantWithTheirPaths) {
    user("alice");
    user("bob", "/admin/");
    ASSERT_TRUE(identities.put_policy(tenant, alice, "all but admins",
                                      R"({"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Action":"iam:*","Resource":"*"},
            {"Effect":"Deny","Action":"iam:*","Resource":"arn:aws:iam::*:user/admin/*"}]})"));
    EXPECT_TRUE(judge(alice_arn, "iam:DeleteUser", alice_arn).allowed);
    EXPECT_TRUE(
        judge(alice_arn, "iam:DeleteUser", "arn:aws:iam::111111111111:user/bob").denied_explicitly)
        << "the request does not say the path";
}

// Whether alice may delete a group in spite of a Deny with this condition.
class AccessJudgeConditionsTest : public IamFixture {
protected:
    bool may_despite(const std::string& condition, const std::string& resource = group,
                     std::vector<policy::Variable> context = {}) {
        EXPECT_TRUE(identities.put_policy(tenant, alice, "p",
                                          R"({"Version":"2012-10-17",
            "Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
            {"Effect":"Deny","Action":"*","Resource":"*","Condition":)" +
                                              condition + "}]}"));
        access.changed(tenant.account);
        AccessQuestion asked = question(alice_arn, "iot:DeleteThingGroup", resource);
        asked.context = std::move(context);
        asked.session_facts = session_facts;
        return async::run_to_end(clock, access.judge(asked)).value().allowed;
    }

    static constexpr auto group = "arn:aws:iot:us-east-1:111111111111:thinggroup/all";
    std::vector<std::pair<std::string, std::string>> session_facts;
};

TEST_F(AccessJudgeConditionsTest, WhatIsKnownOfEveryCallerIsToldAndTheRestDenies) {
    user("alice");
    EXPECT_TRUE(may_despite(R"({"Bool":{"aws:ViaAWSService":"true"}})"));
    EXPECT_FALSE(may_despite(R"({"Bool":{"aws:ViaAWSService":"false"}})"));
    EXPECT_FALSE(may_despite(R"({"Bool":{"aws:PrincipalIsAWSService":"false"}})"));
    EXPECT_FALSE(may_despite(R"({"StringEquals":{"aws:ResourceAccount":"111111111111"}})"));
    EXPECT_TRUE(may_despite(R"({"StringNotEquals":{"aws:ResourceAccount":"111111111111"}})"));
    EXPECT_FALSE(may_despite(R"({"StringEquals":{"iam:AssociatedResourceArn":"x"}})"));
    EXPECT_TRUE(may_despite(R"({"StringEquals":{"aws:PrincipalOrgID":"o-1"}})"));
    const std::string without_mfa = R"({"Bool":{"aws:MultiFactorAuthPresent":"false"}})";
    EXPECT_TRUE(may_despite(without_mfa)) << "of keys that last nobody says it";
    session_facts = {{"aws:TokenIssueTime", "2026-01-01T00:00:00Z"}};
    EXPECT_FALSE(may_despite(without_mfa));
}

TEST_F(AccessJudgeConditionsTest, TagsOfTheResourceAreRead) {
    user("alice");
    Identity boss{.name = {IdentityKind::User, "boss"}};
    boss.tags = {{"protected", "true"}};
    ASSERT_TRUE(identities.create(tenant, boss));
    const std::string other = "arn:aws:iam::111111111111:user/boss";
    for (const std::string family : {"aws:ResourceTag/", "iam:ResourceTag/", "AWS:resourcetag/"}) {
        const std::string condition = R"({"StringEquals":{")" + family + R"(Protected":"true"}})";
        EXPECT_FALSE(may_despite(condition, other)) << family;
        EXPECT_TRUE(may_despite(condition, alice_arn)) << family;
    }
    const std::string condition = R"({"StringEquals":{"aws:ResourceTag/team":"red"}})";
    EXPECT_FALSE(may_despite(condition)) << "nobody can tell";
    ResourceTags tags;
    access.read_tags_with([&](storage::ResourceStore&, const std::string&) {
        return Result<std::optional<ResourceTags>>(tags);
    });
    EXPECT_TRUE(may_despite(condition));
    tags = {{"team", "red"}};
    EXPECT_FALSE(may_despite(condition));
}

TEST_F(AccessJudgeTest, WhatIsKeptGoesWithAChange) {
    user("alice");
    ASSERT_TRUE(identities.put_policy(tenant, alice, "allow", allow_iot));
    const auto asked = question(alice_arn, "iot:CreateThing", thing);
    EXPECT_TRUE(async::run_to_end(clock, access.judge(asked))->allowed);
    ASSERT_TRUE(identities.remove_policy(tenant, alice, "allow"));
    access.changed(tenant.account);
    EXPECT_FALSE(async::run_to_end(clock, access.judge(asked))->allowed);
    EXPECT_EQ(uses.last(signature::AccessKeyId("AKIAUSER"))->service, "iot");
}

}  // namespace
}  // namespace gatehouse::iam
