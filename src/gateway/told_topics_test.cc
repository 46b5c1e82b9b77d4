#include "gateway/told_topics.h"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::gateway {
namespace {

TEST(ToldTopics, EachIsNewsOnceAndOnlySoManyAMinute) {
    ToldTopics told;
    SteadyTime now{};
    EXPECT_TRUE(told.is_news("a", now));
    now += 2 * ToldTopics::forgotten_after;
    EXPECT_FALSE(told.is_news("a", now)) << "few are remembered for ever";
    for (std::size_t i = 1; i < ToldTopics::topics_max; ++i) {
        EXPECT_TRUE(told.is_news(std::to_string(i), now));
    }
    EXPECT_TRUE(told.is_news("one too many", now)) << "the first is long ago";
    for (std::size_t i = 1; i < ToldTopics::topics_max; ++i) {
        EXPECT_TRUE(told.is_news(std::to_string(i), now));
    }
    EXPECT_FALSE(told.is_news("one too many again", now));
    now += ToldTopics::forgotten_after;
    EXPECT_TRUE(told.is_news("one too many again", now));
    EXPECT_TRUE(told.is_news("a", now));
}

}  // namespace
}  // namespace gatehouse::gateway
