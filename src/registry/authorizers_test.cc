#include "registry/authorizers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/run_to_end.h"
#include "registry/authorizer_record.h"
#include "registry/authorizer_samples.h"
#include "storage/memory_resource_store.h"

namespace gatehouse::registry {
namespace {

class AuthorizersTest : public ::testing::Test {
protected:
    template <class T>
    T wait(async::Task<T> task) {
        return async::run_to_end(clock_, std::move(task));
    }
    std::unique_ptr<Authorizers> load() {
        return std::move(Authorizers::load(store_, {.authorizers_max = 2}).value());
    }
    static AuthorizerName name(std::string text) { return AuthorizerName(std::move(text)); }

    const Tenant tenant_;
    ManualClock clock_;
    storage::MemoryResourceStore memory_{clock_};
    async::WorkerPool workers_{{.name = "storage", .threads = 2}};
    storage::AsyncResourceStore store_{memory_, workers_};
    std::unique_ptr<Authorizers> authorizers_ = load();
    async::Snapshot<AuthorizerDirectory>::Reader reader_{authorizers_->directory()};
};

TEST_F(AuthorizersTest, EveryChangeIsInTheSnapshotWhenItIsAnswered) {
    EXPECT_EQ(reader_.current().find(tenant_, "A"), nullptr);
    ASSERT_TRUE(wait(authorizers_->create(tenant_, unsigned_authorizer("A"))).has_value());
    ASSERT_NE(reader_.current().find(tenant_, "A"), nullptr);
    EXPECT_EQ(reader_.current().default_of(tenant_), nullptr);

    ASSERT_TRUE(wait(authorizers_->set_default(tenant_, name("A"))).has_value());
    EXPECT_EQ(reader_.current().default_of(tenant_), reader_.current().find(tenant_, "A"));
    EXPECT_EQ(wait(authorizers_->describe_default(tenant_))->name, name("A"));

    ASSERT_TRUE(wait(authorizers_->clear_default(tenant_)).has_value());
    EXPECT_EQ(reader_.current().default_of(tenant_), nullptr);

    ASSERT_TRUE(
        wait(authorizers_->update(tenant_, name("A"), {.status = AuthorizerStatus::Inactive}))
            .has_value());
    EXPECT_EQ(reader_.current().find(tenant_, "A")->authorizer.status, AuthorizerStatus::Inactive);

    ASSERT_TRUE(wait(authorizers_->remove(tenant_, name("A"))).has_value());
    EXPECT_EQ(reader_.current().find(tenant_, "A"), nullptr);
}

TEST_F(AuthorizersTest, ReadingOrBeingRefusedDoesNotReplaceTheSnapshot) {
    ASSERT_TRUE(wait(authorizers_->create(tenant_, unsigned_authorizer("A"))).has_value());
    const auto generation = authorizers_->directory().generation();
    EXPECT_EQ(wait(authorizers_->create(tenant_, unsigned_authorizer("A"))).error().refusal,
              Refusal::ResourceAlreadyExists);
    EXPECT_TRUE(wait(authorizers_->describe(tenant_, name("A"))).has_value());
    EXPECT_EQ(wait(authorizers_->list(tenant_, {}))->authorizers.size(), 1U);
    EXPECT_EQ(authorizers_->directory().generation(), generation);
}

TEST_F(AuthorizersTest, SettingsReachTheRules) {
    ASSERT_TRUE(wait(authorizers_->create(tenant_, unsigned_authorizer("A"))).has_value());
    ASSERT_TRUE(wait(authorizers_->create(tenant_, unsigned_authorizer("B"))).has_value());
    EXPECT_EQ(wait(authorizers_->create(tenant_, unsigned_authorizer("C"))).error().refusal,
              Refusal::LimitExceeded);
}

TEST_F(AuthorizersTest, StartsWithWhatIsStoredAndFollowsOtherNodes) {
    ASSERT_TRUE(wait(authorizers_->create(tenant_, signed_authorizer("A"))).has_value());
    const auto other_node = load();
    EXPECT_NE(other_node->directory().get()->find(tenant_, "A"), nullptr);

    ASSERT_TRUE(wait(authorizers_->create(tenant_, unsigned_authorizer("B"))).has_value());
    EXPECT_EQ(other_node->directory().get()->find(tenant_, "B"), nullptr);
    ASSERT_TRUE(wait(other_node->refresh()).has_value());
    EXPECT_NE(other_node->directory().get()->find(tenant_, "B"), nullptr);
}

}  // namespace
}  // namespace gatehouse::registry
