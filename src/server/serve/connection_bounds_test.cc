#include "server/serve/connection_bounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::server {
namespace {

TEST(ConnectionBounds, AreThoseOfTheSettingsWhereDescriptorsSuffice) {
    Settings settings;
    settings.connections_max = 1000;
    settings.connections_per_address_max = 900;
    for (const std::uint64_t descriptors : {0, 1500, 1'000'000}) {
        const ConnectionBounds bounds = connection_bounds(settings, descriptors);
        EXPECT_EQ(bounds.total_max, 1000u) << descriptors;
        EXPECT_EQ(bounds.per_address_max, 900u) << descriptors;
        EXPECT_EQ(bounds.lowered, "") << descriptors;
    }
}

TEST(ConnectionBounds, LeaveDescriptorsToOthersAndConnectionsToOtherAddresses) {
    const ConnectionBounds bounds = connection_bounds(Settings(), 400);
    EXPECT_EQ(bounds.total_max, 350u);
    EXPECT_EQ(bounds.per_address_max, 307u);
    EXPECT_EQ(bounds.api_max, 16u);
    EXPECT_EQ(bounds.api_per_address_max, 14u);
    EXPECT_THAT(bounds.lowered, testing::HasSubstr("400 descriptors"));
    EXPECT_EQ(connection_bounds(Settings(), 500'000).per_address_max, 100'000u);
    EXPECT_EQ(connection_bounds(Settings(), 1).total_max, 1u);
}

}  // namespace
}  // namespace gatehouse::server
