#include "gateway/recent_disconnects.h"

#include <gtest/gtest.h>

namespace gatehouse::gateway {
namespace {

using std::chrono::minutes;

const WallTime noon{std::chrono::hours(12)};
const Tenant our_key{AccountId("000000000000"), Region("us-east-1")};
const Tenant their_key{AccountId("111122223333"), Region("us-east-1")};

PastConnection past(const std::string& client_id, std::string_view reason, WallTime at = noon) {
    return {.tenant = our_key, .client_id = client_id, .reason = reason, .disconnected_at = at};
}

TEST(RecentDisconnects, KeepTheNewestOfAClientForHalfAnHour) {
    RecentDisconnects recent;
    recent.add(past("a", "first"));
    recent.add(past("b", "other"));
    recent.add(past("a", "second", noon + minutes(1)));
    ASSERT_NE(recent.find(our_key, "a", noon + minutes(30)), nullptr);
    EXPECT_EQ(recent.find(our_key, "a", noon + minutes(30))->reason, "second");
    EXPECT_EQ(recent.find(our_key, "a", noon + minutes(31)), nullptr);
    EXPECT_EQ(recent.find(our_key, "b", noon)->reason, "other");
    EXPECT_EQ(recent.find(their_key, "a", noon), nullptr);
    EXPECT_EQ(recent.find(our_key, "c", noon), nullptr);
}

TEST(RecentDisconnects, ForgetTheOldest) {
    RecentDisconnects recent;
    recent.add(past("often", "old"));
    recent.add(past("once", "old"));
    for (std::size_t i = 0; i < RecentDisconnects::kept_max - 1; ++i) {
        recent.add(past("often", "new"));
    }
    EXPECT_EQ(recent.find(our_key, "often", noon)->reason, "new");
    EXPECT_NE(recent.find(our_key, "once", noon), nullptr);
    recent.add(past("another", "new"));
    EXPECT_EQ(recent.find(our_key, "once", noon), nullptr);
}

}  // namespace
}  // namespace gatehouse::gateway
