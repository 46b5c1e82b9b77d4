#include "iam/managed_policy_records.h"

#include "iam/iam_fixture.h"
#include "policy/document.h"

namespace gatehouse::iam {
namespace {

using ManagedPolicyRecordsTest = IamFixture;

TEST_F(ManagedPolicyRecordsTest, VersionsComeAndGoAndOneCounts) {
    const auto made =
        policies.create(tenant, {.name = PolicyName("p"), .path = "/x/"}, allow_iot).value();
    const std::string arn = arn_of(tenant, made);
    EXPECT_EQ(arn, "arn:aws:iam::111111111111:policy/x/p");
    EXPECT_EQ(policies.get(tenant, arn).value(), made);
    EXPECT_EQ(policies.get(tenant, "arn:aws:iam::111111111111:policy/p").error().kind,
              ErrorKind::NotFound)
        << "the path belongs to the name";
    for (int i = 0; i < 4; ++i) {
        ASSERT_TRUE(policies.create_version(tenant, arn, allow_iot, SetAsDefault::Yes));
    }
    EXPECT_EQ(policies.create_version(tenant, arn, allow_iot, SetAsDefault::No).error().kind,
              ErrorKind::LimitExceeded);
    EXPECT_EQ(policies.get(tenant, arn)->counting().id(), "v5");
    EXPECT_EQ(policies.remove_version(tenant, arn, "v5").error().kind, ErrorKind::NotAllowed);
    EXPECT_EQ(policies.remove(tenant, arn).error().kind, ErrorKind::NotAllowed);
    ASSERT_TRUE(policies.set_default(tenant, arn, "v1"));
    for (const char* id : {"v2", "v3", "v4", "v5"}) {
        ASSERT_TRUE(policies.remove_version(tenant, arn, id));
    }
    EXPECT_EQ(policies.version(tenant, arn, "v2").error().kind, ErrorKind::NotFound);
    user("alice");
    ASSERT_TRUE(identities.attach(tenant, alice, arn));
    EXPECT_EQ(policies.attachment_count(tenant, *policies.get(tenant, arn)), 1U);
    EXPECT_EQ(policies.remove(tenant, arn).error().kind, ErrorKind::NotAllowed);
    ASSERT_TRUE(identities.detach(tenant, alice, arn));
    ASSERT_TRUE(policies.change_tags(tenant, arn, {.added = {{"a", "1"}}, .removed = {}}));
    EXPECT_EQ(policies.get(tenant, arn)->tags, (ResourceTags{{"a", "1"}}));
    EXPECT_TRUE(policies.remove(tenant, arn));
}

TEST_F(ManagedPolicyRecordsTest, ThoseOfAwsReadBackAndStayAsTheyAre) {
    for (const ManagedPolicy& each : aws_managed_policies()) {
        EXPECT_TRUE(
            policy::parse_document(each.counting().document, policy::Dialect::IdentityPolicy))
            << each.name.view();
        EXPECT_EQ(policies.get(tenant, arn_of(tenant, each)).value(), each);
    }
    const std::string administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
    EXPECT_FALSE(policies.remove(tenant, administrator));
    EXPECT_FALSE(
        policies.change_tags(tenant, administrator, {.added = {{"a", "1"}}, .removed = {}}));
}

}  // namespace
}  // namespace gatehouse::iam
