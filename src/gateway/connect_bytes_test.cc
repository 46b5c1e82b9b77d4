#include "gateway/connect_bytes.h"

#include <gtest/gtest.h>

#include <optional>

namespace gatehouse::gateway {
namespace {

TEST(ConnectBytes, BoundsAllButTheBeginnings) {
    ConnectBytes all(1000);
    std::optional<ConnectBytes::Held> one(all);
    std::optional<ConnectBytes::Held> other(all);
    EXPECT_TRUE(one->grow_to(ConnectBytes::uncounted));
    EXPECT_EQ(all.now(), 0u);
    EXPECT_TRUE(one->grow_to(ConnectBytes::uncounted + 600));
    EXPECT_TRUE(one->grow_to(ConnectBytes::uncounted + 500)) << "it is never less";
    EXPECT_EQ(all.now(), 600u);
    EXPECT_FALSE(other->grow_to(ConnectBytes::uncounted + 401));
    EXPECT_TRUE(other->grow_to(ConnectBytes::uncounted + 400));
    one.reset();
    EXPECT_EQ(all.now(), 400u);
    EXPECT_TRUE(other->grow_to(ConnectBytes::uncounted + 1000));
    other.reset();
    EXPECT_EQ(all.now(), 0u);
}

}  // namespace
}  // namespace gatehouse::gateway
