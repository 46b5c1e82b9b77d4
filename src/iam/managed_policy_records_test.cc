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

TEST_F(ManagedPolicyRecordsTest, EveryListingHasPages) {
    for (const char* name : {"a", "b", "c"}) {
        ASSERT_TRUE(policies.create(tenant, {.name = PolicyName(name)}, allow_iot));
    }
    const std::size_t of_aws = aws_managed_policies().size();
    const auto names = [&](PolicyScope scope, std::size_t items_max) {
        std::vector<std::string> found;
        Paging paging{.items_max = items_max};
        do {
            const auto page = policies.list(tenant, scope, "/", paging).value();
            EXPECT_LE(page.items.size(), items_max);
            EXPECT_FALSE(page.items.empty());
            for (const auto& each : page.items) found.push_back(each.name.value());
            paging.marker = page.marker;
        } while (!paging.marker.empty());
        return found;
    };
    const auto all = names(PolicyScope::All, 1000);
    EXPECT_EQ(all.size(), of_aws + 3);
    // A page of as many as there are of AWS ends where the account's own begin.
    for (const std::size_t items_max : {std::size_t{1}, std::size_t{2}, of_aws, of_aws + 1}) {
        EXPECT_EQ(names(PolicyScope::All, items_max), all) << items_max;
    }
    EXPECT_EQ(names(PolicyScope::Aws, 5).size(), of_aws);
    EXPECT_EQ(names(PolicyScope::Local, 2), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(policies.list(tenant, PolicyScope::All, "/", {.marker = "no marker"}).error().kind,
              ErrorKind::InvalidInput);

    const std::string arn = "arn:aws:iam::111111111111:policy/a";
    ASSERT_TRUE(policies.create_version(tenant, arn, allow_iot, SetAsDefault::Yes));
    const auto newest = policies.versions(tenant, arn, {.items_max = 1}).value();
    ASSERT_EQ(newest.items.size(), 1U);
    EXPECT_EQ(newest.items.front().id(), "v2");
    const auto oldest =
        policies.versions(tenant, arn, {.items_max = 1, .marker = newest.marker}).value();
    ASSERT_EQ(oldest.items.size(), 1U);
    EXPECT_EQ(oldest.items.front().id(), "v1");
    EXPECT_EQ(oldest.marker, "");

    user("alice");
    for (const char* name : {"x", "y"}) {
        ASSERT_TRUE(identities.put_policy(tenant, alice, name, allow_iot));
    }
    const auto first = identities.policies(tenant, alice, {.items_max = 1}).value();
    EXPECT_EQ(first.items, std::vector<std::string>{"x"});
    const auto second =
        identities.policies(tenant, alice, {.items_max = 1, .marker = first.marker}).value();
    EXPECT_EQ(second.items, std::vector<std::string>{"y"});
    EXPECT_EQ(second.marker, "");
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
