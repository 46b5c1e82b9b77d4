#include "broker/kept_bytes.h"

#include <gtest/gtest.h>

namespace gatehouse::broker {
namespace {

TEST(KeptBytes, OneLoopMayHaveNearlyAllOfIt) {
    SharedBytes shared(3200, 2);
    KeptBytes one(shared);
    KeptBytes other(shared);
    ASSERT_TRUE(other.has_room(1));
    other.add_queued(1);
    std::size_t taken = 0;
    while (one.has_room(10)) {
        one.add_queued(10);
        taken += 10;
    }
    EXPECT_GE(taken, 3200 - 2 * shared.portion());
    EXPECT_LE(taken, 3200 - 1U);
    EXPECT_EQ(one.queued(), taken);
}

TEST(KeptBytes, WhatIsLetGoIsThereForOthers) {
    SharedBytes shared(3200, 2);
    KeptBytes one(shared);
    KeptBytes other(shared);
    one.add_queued(1500);
    one.add_in_flight(1600);
    EXPECT_FALSE(one.has_room(200));
    EXPECT_FALSE(other.has_room(200));
    one.remove_in_flight(1600);
    one.remove_queued(1400);
    EXPECT_TRUE(other.has_room(2900));
    EXPECT_EQ(one.queued(), 100U);
    EXPECT_EQ(one.in_flight(), 0U);
}

TEST(KeptBytes, OverTheBoundNothingMoreIsToBeHad) {
    SharedBytes shared(100, 1);
    KeptBytes bytes(shared);
    bytes.add_in_flight(1000);
    EXPECT_FALSE(bytes.has_room(1));
    bytes.remove_in_flight(901);
    EXPECT_TRUE(bytes.has_room(1));
    EXPECT_FALSE(bytes.has_room(2));
    bytes.remove_in_flight(99);
    EXPECT_TRUE(bytes.has_room(100));
}

TEST(KeptBytes, AMessageLargerThanAPortionHasRoom) {
    SharedBytes shared(100, 4);
    KeptBytes bytes(shared);
    EXPECT_TRUE(bytes.has_room(100));
    EXPECT_FALSE(bytes.has_room(101));
}

}  // namespace
}  // namespace gatehouse::broker
