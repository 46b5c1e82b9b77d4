#include "iam/identity_records.h"

#include "iam/iam_fixture.h"
#include "policy/document.h"

namespace gatehouse::iam {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

using IdentityRecordsTest = IamFixture;

const std::string trust_account =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
        "Principal":{"AWS":"111111111111"}}})";

TEST_F(IdentityRecordsTest, WhatIsMadeIsReadBack) {
    const Identity made = user("alice", "/dev/");
    EXPECT_THAT(made.id, StartsWith("AIDA"));
    EXPECT_EQ(made.id.size(), 21U);
    EXPECT_EQ(identities.get(tenant, alice).value(), made);
    EXPECT_EQ(arn_of(tenant, made), "arn:aws:iam::111111111111:user/dev/alice");
    EXPECT_EQ(identities.create(tenant, {.name = alice}).error().kind, ErrorKind::Conflict);
    const Tenant other{AccountId("222222222222"), Region("us-east-1")};
    EXPECT_EQ(identities.get(other, alice).error().message,
              "The user with name alice cannot be found.");
}

TEST_F(IdentityRecordsTest, NamesDifferInMoreThanCase) {
    user("alice");
    const auto kind_of = [](const auto& refused) { return refused.error().kind; };
    EXPECT_EQ(kind_of(identities.create(tenant, {.name = {IdentityKind::User, "Alice"}})),
              ErrorKind::Conflict);
    EXPECT_TRUE(identities.create(tenant, {.name = {IdentityKind::Group, "Alice"}}));
    user("bob");
    EXPECT_EQ(kind_of(identities.rename(tenant, "bob", "ALICE", std::nullopt)),
              ErrorKind::Conflict);
    EXPECT_TRUE(identities.rename(tenant, "alice", "Alice", std::nullopt));
    ASSERT_TRUE(policies.create(tenant, {.name = PolicyName("Own")}, allow_iot));
    EXPECT_EQ(kind_of(policies.create(tenant, {.name = PolicyName("own")}, allow_iot)),
              ErrorKind::Conflict);
}

TEST_F(IdentityRecordsTest, ListsArePagesByNameAndPath) {
    for (const char* name : {"a", "b", "c"}) user(name, "/dev/");
    user("d", "/ops/");
    const auto first = identities.list(tenant, IdentityKind::User, "/dev/", {.items_max = 2});
    ASSERT_EQ(first->items.size(), 2U);
    const auto second =
        identities.list(tenant, IdentityKind::User, "/dev/", {2, first->marker}).value();
    ASSERT_EQ(second.items.size(), 1U);
    EXPECT_EQ(second.items[0].name.name, "c");
    EXPECT_EQ(second.marker, "");
}

TEST_F(IdentityRecordsTest, NothingIsDeletedThatIsInUse) {
    user("alice");
    ASSERT_TRUE(identities.put_policy(tenant, alice, "inline", allow_iot));
    EXPECT_EQ(identities.remove(tenant, alice).error().kind, ErrorKind::NotAllowed);
    ASSERT_TRUE(identities.remove_policy(tenant, alice, "inline"));
    const std::string arn = "arn:aws:iam::aws:policy/AdministratorAccess";
    ASSERT_TRUE(identities.attach(tenant, alice, arn));
    EXPECT_THAT(identities.remove(tenant, alice).error().message, HasSubstr("detach all policies"));
    ASSERT_TRUE(identities.detach(tenant, alice, arn));
    EXPECT_EQ(identities.detach(tenant, alice, arn).error().kind, ErrorKind::NotFound);
    const IdentityName group{IdentityKind::Group, "admins"};
    ASSERT_TRUE(identities.create(tenant, {.name = group}));
    ASSERT_TRUE(identities.add_member(tenant, "admins", "alice"));
    EXPECT_EQ(identities.remove(tenant, group).error().kind, ErrorKind::NotAllowed);
    EXPECT_EQ(identities.remove(tenant, alice).error().kind, ErrorKind::NotAllowed);
    ASSERT_TRUE(identities.remove_member(tenant, "admins", "alice"));
    EXPECT_TRUE(identities.remove(tenant, alice));
    EXPECT_TRUE(identities.remove(tenant, group));
}

TEST_F(IdentityRecordsTest, ARenamedUserKeepsPoliciesAndGroups) {
    user("alice");
    ASSERT_TRUE(identities.create(tenant, {.name = {IdentityKind::Group, "admins"}}));
    ASSERT_TRUE(identities.add_member(tenant, "admins", "alice"));
    ASSERT_TRUE(identities.attach(tenant, alice, "arn:aws:iam::aws:policy/AWSIoTFullAccess"));
    ASSERT_TRUE(identities.rename(tenant, "alice", "carol", "/ops/"));
    EXPECT_EQ(identities.get(tenant, alice).error().kind, ErrorKind::NotFound);
    EXPECT_EQ(identities.attached(tenant, {IdentityKind::User, "carol"}, {})->items.size(), 1U);
    EXPECT_EQ(identities.members(tenant, "admins", {})->items.at(0).path, "/ops/");
    user("bob");
    EXPECT_EQ(identities.rename(tenant, "bob", "carol", {}).error().kind, ErrorKind::Conflict);
}

TEST_F(IdentityRecordsTest, ARenamedGroupKeepsPoliciesAndMembers) {
    user("alice");
    const IdentityName group{IdentityKind::Group, "admins"};
    const IdentityName renamed{IdentityKind::Group, "owners"};
    const std::string arn = "arn:aws:iam::aws:policy/AWSIoTFullAccess";
    ASSERT_TRUE(identities.create(tenant, {.name = group}));
    ASSERT_TRUE(identities.add_member(tenant, "admins", "alice"));
    ASSERT_TRUE(identities.attach(tenant, group, arn));
    ASSERT_TRUE(identities.rename_group(tenant, "admins", "owners", "/ops/"));
    EXPECT_EQ(identities.get(tenant, group).error().kind, ErrorKind::NotFound);
    EXPECT_EQ(identities.members(tenant, "owners", {})->items.size(), 1U);
    EXPECT_EQ(identities.groups_of(tenant, "alice", {})->items.at(0).path, "/ops/");
    EXPECT_EQ(identities.attached(tenant, renamed, {})->items.size(), 1U);
    // Nothing is left for another one of the old name.
    ASSERT_TRUE(identities.create(tenant, {.name = group}));
    EXPECT_TRUE(identities.members(tenant, "admins", {})->items.empty());
    const auto refused = identities.rename_group(tenant, "admins", "owners", {});
    EXPECT_EQ(refused.error().message, "Group with name owners already exists.");
}

TEST_F(IdentityRecordsTest, APolicyKnowsWhomItIsAttachedTo) {
    user("alice");
    const std::string arn =
        arn_of(tenant, policies.create(tenant, {.name = PolicyName("own")}, allow_iot).value());
    const IdentityName group{IdentityKind::Group, "admins"};
    ASSERT_TRUE(identities.create(tenant, {.name = group}));
    for (const IdentityName& each : {alice, group}) {
        ASSERT_TRUE(identities.attach(tenant, each, arn));
    }
    const auto first = identities.holders(tenant, arn, {.items_max = 1}).value();
    const auto second =
        identities.holders(tenant, arn, {.items_max = 1, .marker = first.marker}).value();
    ASSERT_EQ(first.items.size() + second.items.size(), 2U);
    EXPECT_EQ(first.items[0].name, group);
    EXPECT_EQ(second.items[0].name, alice);
    EXPECT_EQ(identities.holders(tenant, arn + "x", {}).error().kind, ErrorKind::NotFound);
}

TEST_F(IdentityRecordsTest, DocumentsAreChecked) {
    user("alice");
    const auto refused = identities.put_policy(tenant, alice, "p", R"({"Statement":[]})");
    EXPECT_EQ(refused.error().place.field, document_field);
    const std::string long_one = R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*",)"
                                 R"("Sid":")" +
                                 std::string(2048, 'a') + R"("}})";
    EXPECT_EQ(identities.put_policy(tenant, alice, "p", long_one).error().kind,
              ErrorKind::LimitExceeded);
    Identity role{.name = {IdentityKind::Role, "r"}};
    role.trust_policy = allow_iot;
    EXPECT_EQ(identities.create(tenant, role).error().place.field, document_field)
        << "a trust policy names a principal and no resource";
    role.trust_policy = trust_account;
    EXPECT_TRUE(identities.create(tenant, role));
}

TEST_F(IdentityRecordsTest, TagsAreAddedReplacedAndRemoved) {
    user("alice");
    ASSERT_TRUE(identities.change_tags(tenant, alice, {.added = {{"a", "1"}, {"b", "1"}}}));
    ASSERT_TRUE(identities.change_tags(tenant, alice,
                                       {.added = {{"b", "2"}}, .removed = {"a", "unknown"}}));
    EXPECT_EQ(identities.get(tenant, alice)->tags, (ResourceTags{{"b", "2"}}));
    TagChange many;
    for (int i = 0; i < 50; ++i) many.added["k" + std::to_string(i)] = "v";
    EXPECT_EQ(identities.change_tags(tenant, alice, many).error().kind, ErrorKind::InvalidInput);
    EXPECT_EQ(identities.get(tenant, alice)->tags.size(), 1U);
}

TEST_F(IdentityRecordsTest, ARoleIsUpdatedByWhatIsGiven) {
    Identity role{.name = {IdentityKind::Role, "r"}, .description = "first"};
    role.trust_policy = trust_account;
    ASSERT_TRUE(identities.create(tenant, role));
    ASSERT_TRUE(identities.update_role(tenant, "r", {.session_seconds_max = 7200}));
    EXPECT_EQ(identities.get(tenant, role.name)->description, "first");
    EXPECT_EQ(identities.get(tenant, role.name)->session_seconds_max, 7200);
    ASSERT_TRUE(identities.update_role(tenant, "r", {.description = "second"}));
    EXPECT_EQ(identities.get(tenant, role.name)->description, "second");
    EXPECT_EQ(identities.update_role(tenant, "none", {}).error().kind, ErrorKind::NotFound);
}

TEST_F(IdentityRecordsTest, QuotasHold) {
    user("alice");
    for (int i = 0; i < 11; ++i) {
        const std::string group = "g" + std::to_string(i);
        ASSERT_TRUE(identities.create(tenant, {.name = {IdentityKind::Group, group}}));
        const auto added = identities.add_member(tenant, group, "alice");
        EXPECT_EQ(added.has_value(), i < 10);
        if (i == 10) EXPECT_EQ(added.error().kind, ErrorKind::LimitExceeded);
    }
    EXPECT_TRUE(identities.add_member(tenant, "g0", "alice")) << "in it already";
}

}  // namespace
}  // namespace gatehouse::iam
