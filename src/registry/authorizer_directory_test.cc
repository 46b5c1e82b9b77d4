#include "registry/authorizer_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/authorizer_record.h"
#include "registry/authorizer_records.h"
#include "registry/authorizer_samples.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::registry {
namespace {

using ::testing::HasSubstr;

class AuthorizerDirectoryTest : public ::testing::Test {
protected:
    void create(const Tenant& tenant, const NewAuthorizer& wanted) {
        ASSERT_TRUE(records_.create(tenant, wanted).has_value());
    }
    std::shared_ptr<const AuthorizerDirectory> read() {
        return std::move(AuthorizerDirectory::read(store_).value());
    }

    const Tenant home_;
    const Tenant abroad_{AccountId("111111111111"), Region("eu-west-1")};
    ManualClock clock_;
    storage::MemoryResourceStore store_{clock_};
    AuthorizerRecords records_{store_, {}};
};

TEST_F(AuthorizerDirectoryTest, FindsByTenantAndName) {
    create(home_, unsigned_authorizer("A"));
    create(abroad_, unsigned_authorizer("A"));
    create(abroad_, unsigned_authorizer("B"));
    ASSERT_TRUE(records_.set_default(abroad_, AuthorizerName("B")).has_value());
    const auto directory = read();
    EXPECT_EQ(directory->size(), 3U);
    EXPECT_EQ(directory->find(home_, "A")->authorizer.tenant, home_);
    EXPECT_EQ(directory->find(abroad_, "A")->authorizer.tenant, abroad_);
    EXPECT_EQ(directory->find(home_, "B"), nullptr);
    EXPECT_EQ(directory->find(home_, "a"), nullptr);
    EXPECT_EQ(directory->find(home_, ""), nullptr);
    EXPECT_EQ(directory->default_of(home_), nullptr);
    EXPECT_EQ(directory->default_of(abroad_)->authorizer.name, AuthorizerName("B"));
    EXPECT_EQ(directory->default_of({AccountId("1"), Region("x")}), nullptr);
}

TEST_F(AuthorizerDirectoryTest, KeysAreReadyToVerify) {
    create(home_, signed_authorizer("A"));
    create(home_, unsigned_authorizer("B"));
    const auto directory = read();
    ASSERT_TRUE(directory->find(home_, "A")->verifier.has_value());
    EXPECT_EQ(directory->find(home_, "A")->verifier->key_count(), 1U);
    EXPECT_FALSE(directory->find(home_, "B")->verifier.has_value());
}

TEST_F(AuthorizerDirectoryTest, ExplainsWhatIsMissing) {
    EXPECT_EQ(read()->explain_missing(home_, "AutoCustom"),
              "there is no authorizer 'AutoCustom' in account 000000000000, region us-east-1, "
              "which has no authorizers yet");
    create(home_, unsigned_authorizer("AutoCustom"));
    create(abroad_, unsigned_authorizer("Other"));
    const auto directory = read();
    EXPECT_THAT(directory->explain_missing(home_, "autocustom"),
                HasSubstr("did you mean 'AutoCustom'?"));
    EXPECT_THAT(directory->explain_missing(home_, "Other"),
                HasSubstr("it exists in account 111111111111, region eu-west-1"));
    EXPECT_THAT(directory->explain_missing(home_, "completely-different"),
                ::testing::EndsWith("us-east-1"));
    EXPECT_THAT(directory->explain_missing(home_, "a\nb"), HasSubstr("of the name given"));
}

TEST_F(AuthorizerDirectoryTest, ADamagedRecordIsNamedAndTheRestWorks) {
    create(home_, unsigned_authorizer("A"));
    ASSERT_TRUE(
        store_.apply(storage::Batch().put(key_of(home_, AuthorizerName("B")), "junk")).has_value());
    const auto directory = read();
    EXPECT_NE(directory->find(home_, "A"), nullptr);
    EXPECT_EQ(directory->find(home_, "B"), nullptr);
    ASSERT_EQ(directory->problems().size(), 1U);
    EXPECT_THAT(directory->problems().front(), HasSubstr("'B'"));
}

}  // namespace
}  // namespace gatehouse::registry
