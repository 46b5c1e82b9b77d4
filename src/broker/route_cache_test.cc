#include "broker/route_cache.h"

#include <gtest/gtest.h>

namespace gatehouse::broker {
namespace {

TEST(RouteCache, RemembersTheTopicsUsedLastWithTheirVerdicts) {
    RouteCache cache;
    for (const char* topic : {"a", "b", "c", "d"}) cache.find(topic).verdict.policy_generation = 1;
    EXPECT_EQ(cache.find("a").verdict.policy_generation, 1U);
    EXPECT_EQ(cache.find("a").topic(), "a");
    // b is now the one not used for longest, and gives its place away.
    EXPECT_EQ(cache.find("e").verdict.policy_generation, 0U);
    for (const char* topic : {"a", "c", "d"}) {
        EXPECT_EQ(cache.find(topic).verdict.policy_generation, 1U) << topic;
    }
    EXPECT_EQ(cache.find("b").verdict.policy_generation, 0U);
}

TEST(RouteCache, TopicsOfEqualLengthAreToldApart) {
    RouteCache cache;
    cache.find("device/1").verdict.policy_generation = 1;
    EXPECT_EQ(cache.find("device/2").verdict.policy_generation, 0U);
    EXPECT_EQ(cache.find("device/2").topic(), "device/2");
}

}  // namespace
}  // namespace gatehouse::broker
