#include "load/topic_pattern.h"

#include <gtest/gtest.h>

namespace gatehouse::load {
namespace {

TEST(TopicPattern, PlaceholdersAreFilledIn) {
    EXPECT_EQ(fill_in("a/%i/b", 12, "me"), "a/12/b");
    EXPECT_EQ(fill_in("%c/%i%c", 3, "me"), "me/3me");
    EXPECT_EQ(fill_in("plain", 3, "me"), "plain");
}

TEST(TopicPattern, OtherPercentSignsStay) {
    EXPECT_EQ(fill_in("100%%/%i", 1, "me"), "100%/1");
    EXPECT_EQ(fill_in("%%i/%x/%", 1, "me"), "%i/%x/%");
}

TEST(TopicPattern, KnowsWhetherClientsShareIt) {
    EXPECT_TRUE(differs_by_client("a/%i"));
    EXPECT_TRUE(differs_by_client("a/%c"));
    EXPECT_FALSE(differs_by_client("a/%%i"));
    EXPECT_FALSE(differs_by_client("a"));
}

}  // namespace
}  // namespace gatehouse::load
