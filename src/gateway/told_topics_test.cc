#include "gateway/told_topics.h"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::gateway {
namespace {

TEST(ToldTopics, EachIsNewsOnceAndOnlySoMany) {
    ToldTopics told;
    EXPECT_TRUE(told.is_news("a"));
    EXPECT_FALSE(told.is_news("a"));
    for (std::size_t i = 1; i < ToldTopics::topics_max; ++i) {
        EXPECT_TRUE(told.is_news(std::to_string(i)));
    }
    EXPECT_FALSE(told.is_news("one too many"));
}

}  // namespace
}  // namespace gatehouse::gateway
