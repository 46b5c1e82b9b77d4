#include "authentication/fair_queue.h"

#include <gtest/gtest.h>

#include <vector>

namespace gatehouse::authentication {
namespace {

constexpr auto any = [](std::string_view) { return true; };

std::vector<int> all_of(FairQueue<int>& queue) {
    std::vector<int> items;
    while (const auto item = queue.pop(any)) items.push_back(*item);
    return items;
}

TEST(FairQueue, ServesSourcesInTurn) {
    FairQueue<int> queue;
    for (const int item : {1, 2, 3}) queue.push("a", item);
    queue.push("b", 10);
    queue.push("c", 20);
    queue.push("b", 11);
    EXPECT_EQ(queue.size(), 6u);
    EXPECT_EQ(all_of(queue), (std::vector{1, 10, 20, 2, 11, 3}));
}

TEST(FairQueue, ASourceThatWasServedGoesBehindTheOthers) {
    FairQueue<int> queue;
    for (const int item : {1, 2}) queue.push("a", item);
    EXPECT_EQ(queue.pop(any), 1);
    queue.push("b", 10);
    EXPECT_EQ(queue.pop(any), 2);
    queue.push("a", 3);
    EXPECT_EQ(all_of(queue), (std::vector{10, 3}));
}

TEST(FairQueue, PassesOverWhoMayNotGo) {
    FairQueue<int> queue;
    for (const int item : {1, 2}) queue.push("a", item);
    queue.push("b", 10);
    const auto not_a = [](std::string_view source) { return source != "a"; };
    EXPECT_EQ(queue.pop(not_a), 10);
    EXPECT_EQ(queue.pop(not_a), std::nullopt);
    EXPECT_EQ(queue.size(), 2u);
    EXPECT_EQ(all_of(queue), (std::vector{1, 2}));
}

TEST(FairQueue, WhoHasTheMostGivesItsNewestUp) {
    FairQueue<int> queue;
    for (const int item : {1, 2, 3}) queue.push("a", item);
    queue.push("b", 10);
    EXPECT_EQ(queue.make_room_for("c"), 3);
    queue.push("c", 20);
    EXPECT_EQ(queue.make_room_for("a"), std::nullopt) << "it has the most";
    EXPECT_EQ(queue.make_room_for("b"), std::nullopt) << "it would have as many";
    EXPECT_EQ(queue.make_room_for("d"), 2);
    EXPECT_EQ(queue.make_room_for("d"), std::nullopt) << "everybody has one";
    EXPECT_EQ(all_of(queue), (std::vector{1, 10, 20}));
    EXPECT_EQ(queue.make_room_for("d"), std::nullopt);
}

TEST(FairQueue, ForgetsWhatIsErased) {
    FairQueue<int> queue;
    for (const int item : {1, 2}) queue.push("a", item);
    queue.erase("a", 1);
    queue.erase("a", 1);
    queue.erase("b", 2);
    std::vector<int> seen;
    queue.each([&](int item) { seen.push_back(item); });
    EXPECT_EQ(seen, std::vector{2});
    queue.erase("a", 2);
    EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace gatehouse::authentication
