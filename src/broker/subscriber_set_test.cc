#include "broker/subscriber_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace gatehouse::broker {
namespace {

TEST(SubscriberSet, HoldsWhatASetHolds) {
    Quiescence quiescence;
    SubscriberSet set;
    std::set<std::uint32_t> expected;
    std::mt19937 random(3);
    for (int round = 0; round < 20'000; ++round) {
        // Grows in the first half, shrinks in the second.
        const std::uint32_t slot = random() % 300;
        const bool add = random() % 10 < (round < 10'000 ? 7U : 3U);
        if (add) {
            EXPECT_EQ(set.add(Subscriber({1, slot}, {}), quiescence), expected.insert(slot).second);
        } else {
            EXPECT_EQ(set.remove({1, slot}, quiescence), expected.erase(slot) == 1);
        }
        if (round % 50 == 0) {
            std::set<std::uint32_t> found;
            set.for_each([&](Subscriber one) { EXPECT_TRUE(found.insert(one.slot()).second); });
            ASSERT_EQ(found, expected);
        }
        ASSERT_EQ(set.is_empty(), expected.empty());
    }
    set.clear();
    EXPECT_TRUE(set.is_empty());
}

TEST(SubscriberSet, TheSameSlotOnAnotherLoopIsAnotherSession) {
    Quiescence quiescence;
    SubscriberSet set;
    EXPECT_TRUE(set.add(Subscriber({1, 5}, {}), quiescence));
    EXPECT_TRUE(set.add(Subscriber({2, 5}, {}), quiescence));
    EXPECT_FALSE(set.remove({3, 5}, quiescence));
    EXPECT_TRUE(set.remove({1, 5}, quiescence));
    std::vector<SessionPlace> left;
    set.for_each([&](Subscriber one) { left.push_back(one.place()); });
    EXPECT_EQ(left, std::vector<SessionPlace>{(SessionPlace{2, 5})});
    set.clear();
}

}  // namespace
}  // namespace gatehouse::broker
