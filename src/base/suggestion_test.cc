#include "base/suggestion.h"

#include <gtest/gtest.h>

#include <array>

namespace gatehouse {
namespace {

TEST(NearestName, FindsTypingMistakesOnly) {
    constexpr std::array<std::string_view, 3> names{"mqtt-port", "mqtts-port", "data-dir"};
    EXPECT_EQ(nearest_name("mqt-port", names), "mqtt-port");
    EXPECT_EQ(nearest_name("datadir", names), "data-dir");
    EXPECT_EQ(nearest_name("adta-dir", names), "data-dir");
    constexpr std::array<std::string_view, 1> short_names{"clock"};
    EXPECT_EQ(nearest_name("clokc", short_names), "clock");
    EXPECT_EQ(nearest_name("completely-else", names), std::nullopt);
}

}  // namespace
}  // namespace gatehouse
