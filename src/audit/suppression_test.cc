#include "audit/suppression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/memory_resource_store.h"

namespace gatehouse::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SuppressionTest : public ::testing::Test {
protected:
    static SuppressionKey key_of_certificate(char digit) {
        return {Check::DeviceCertificateExpiring,
                {ResourceType::DeviceCertificate, std::string(64, digit), ""}};
    }
    Outcome<void> suppress(const SuppressionKey& key, std::optional<WallTime> expires = {},
                           const std::string& token = "token") {
        return records_.create(tenant_, {.key = key, .expires = expires, .description = "known"},
                               token);
    }
    bool holds(const SuppressionKey& key) { return records_.holds(tenant_, key).value(); }
    std::vector<std::string> listed(const registry::Listing& listing,
                                    const SuppressionFilter& filter = {}) {
        const auto page = records_.list(tenant_, filter, listing);
        marker_ = page->next_marker;
        std::vector<std::string> first_digits;
        for (const Suppression& each : page->items) {
            first_digits.push_back(each.key.resource.id.substr(0, 1));
        }
        return first_digits;
    }
    WallTime in_days(int count) { return clock_.wall_now() + std::chrono::days(count); }

    const Tenant tenant_{AccountId("123456789012"), Region("us-east-1")};
    ManualClock clock_;
    storage::MemoryResourceStore memory_{clock_};
    SuppressionRecords records_{memory_, {clock_}};
    std::string marker_;
};

TEST_F(SuppressionTest, HoldsUntilItExpires) {
    const auto key = key_of_certificate('a');
    EXPECT_FALSE(holds(key));
    ASSERT_TRUE(suppress(key, in_days(2)));
    EXPECT_TRUE(holds(key));
    EXPECT_FALSE(holds(key_of_certificate('b')));
    clock_.advance(std::chrono::days(2));
    EXPECT_FALSE(holds(key));
    EXPECT_TRUE(records_.describe(tenant_, key)) << "it is there, and says until when it held";
    ASSERT_TRUE(records_.update(tenant_, key, {.for_good = true, .description = "for good"}));
    EXPECT_TRUE(holds(key));
    EXPECT_EQ(records_.describe(tenant_, key)->description, "for good");
    EXPECT_TRUE(records_.remove(tenant_, key));
    EXPECT_TRUE(records_.remove(tenant_, key)) << "what is gone is gone";
    EXPECT_FALSE(holds(key));
}

TEST_F(SuppressionTest, IsOneOfACheckAndAResource) {
    const auto key = key_of_certificate('a');
    ASSERT_TRUE(suppress(key));
    EXPECT_TRUE(suppress(key)) << "the same call, come twice";
    EXPECT_EQ(suppress(key, {}, "another").error().refusal,
              registry::Refusal::ResourceAlreadyExists);
    EXPECT_TRUE(suppress({Check::DeviceCertificateAge, key.resource}));
}

TEST_F(SuppressionTest, IsAboutWhatTheCheckIsAbout) {
    const auto refused = suppress({Check::LoggingDisabled, key_of_certificate('a').resource});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("ACCOUNT_SETTINGS"));
    EXPECT_EQ(suppress(key_of_certificate('a'), in_days(-1)).error().field, "expirationDate");
    const auto nobody = key_of_certificate('f');
    EXPECT_EQ(records_.update(tenant_, nobody, {}).error().refusal,
              registry::Refusal::ResourceNotFound);
    EXPECT_EQ(records_.describe(tenant_, nobody).error().refusal,
              registry::Refusal::ResourceNotFound);
}

TEST_F(SuppressionTest, AreListedByWhenTheyExpire) {
    ASSERT_TRUE(suppress(key_of_certificate('a')));
    ASSERT_TRUE(suppress(key_of_certificate('b'), in_days(9)));
    ASSERT_TRUE(suppress(key_of_certificate('c'), in_days(3)));
    EXPECT_THAT(listed({.page_size = 2}), ElementsAre("c", "b"));
    EXPECT_THAT(listed({.page_size = 2, .marker = marker_}), ElementsAre("a"));
    EXPECT_EQ(marker_, "");
    EXPECT_THAT(listed({.page_size = 2, .order = storage::Order::Descending}),
                ElementsAre("a", "b"));
    EXPECT_THAT(listed({.page_size = 2, .marker = marker_, .order = storage::Order::Descending}),
                ElementsAre("c"));
    EXPECT_THAT(listed({}, {.resource = key_of_certificate('b').resource}), ElementsAre("b"));
    EXPECT_THAT(listed({}, {.check = Check::LoggingDisabled}), ElementsAre());
    EXPECT_FALSE(records_.list(tenant_, {}, {.marker = "!"}));
}

}  // namespace
}  // namespace gatehouse::audit
