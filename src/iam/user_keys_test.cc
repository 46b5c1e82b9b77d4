#include "iam/user_keys.h"

#include "iam/iam_fixture.h"
#include "storage/scratch_dir.h"

namespace gatehouse::iam {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class UserKeysTest : public IamFixture {
protected:
    storage::ScratchDir dir;
    std::unique_ptr<storage::SecretBox> box =
        std::move(storage::SecretBox::open_key_file(dir.file("secret.key"), random).value());
    const UserKeys::Parts parts{*box, random};
    UserKeys keys{memory, parts};
};

TEST_F(UserKeysTest, TheSecretIsToldOnceAndSealedAtRest) {
    user("alice");
    const auto made = keys.create(tenant, "alice");
    ASSERT_TRUE(made);
    const auto stored = memory.get(key_of(made->key.key.id));
    ASSERT_TRUE(stored);
    EXPECT_THAT(stored->body, Not(HasSubstr(made->secret)));
    EXPECT_EQ(box->open(made->key.key.sealed_secret, seal_context(made->key.key.id)), made->secret);
    EXPECT_EQ(keys.owner(tenant, made->key.key.id), "alice");
}

TEST_F(UserKeysTest, TwoAreTheMost) {
    user("alice");
    const auto first = keys.create(tenant, "alice");
    ASSERT_TRUE(keys.create(tenant, "alice"));
    EXPECT_EQ(keys.create(tenant, "alice").error().kind, ErrorKind::LimitExceeded);
    ASSERT_TRUE(keys.remove(tenant, "alice", first->key.key.id));
    EXPECT_TRUE(keys.create(tenant, "alice"));
    EXPECT_EQ(identities.remove(tenant, alice).error().kind, ErrorKind::NotAllowed);
}

TEST_F(UserKeysTest, AKeyIsItsUsersAlone) {
    user("alice");
    user("bob");
    const auto id = keys.create(tenant, "alice")->key.key.id;
    EXPECT_EQ(keys.remove(tenant, "bob", id).error().kind, ErrorKind::NotFound);
    EXPECT_EQ(keys.set_status(tenant, "bob", id, KeyStatus::Inactive).error().kind,
              ErrorKind::NotFound);
    ASSERT_TRUE(keys.set_status(tenant, "alice", id, KeyStatus::Inactive));
    EXPECT_EQ(keys.list(tenant, "alice", {})->items.at(0).key.status, KeyStatus::Inactive);
    ASSERT_TRUE(identities.rename(tenant, "alice", "carol", "/ops/"));
    const auto renamed = keys.list(tenant, "carol", {})->items.at(0).key;
    EXPECT_EQ(principal_of(renamed, tenant.region), "arn:aws:iam::111111111111:user/ops/carol");
}

}  // namespace
}  // namespace gatehouse::iam
