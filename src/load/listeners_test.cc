#include "load/listeners.h"

#include <gtest/gtest.h>

namespace gatehouse::load {
namespace {

TEST(Listeners, TheSlowestDecides) {
    Sequence fast(Sequence::Start::AtZero);
    Sequence slow(Sequence::Start::AtZero);
    Listeners listeners;
    listeners.add(fast);
    listeners.add(slow);
    EXPECT_FALSE(listeners.all_have(1));
    for (std::uint64_t number : {0, 1, 2}) fast.note(number);
    EXPECT_FALSE(listeners.all_have(1));
    slow.note(0);
    EXPECT_TRUE(listeners.all_have(1));
    EXPECT_FALSE(listeners.all_have(2));
    EXPECT_EQ(listeners.least(), 1u);
    // Now the other falls behind.
    for (std::uint64_t number : {1, 2, 3}) slow.note(number);
    EXPECT_TRUE(listeners.all_have(3));
    EXPECT_FALSE(listeners.all_have(4));
}

TEST(Listeners, WhatIsOutstandingIsSummedOverAll) {
    Sequence first(Sequence::Start::AtZero);
    Sequence second(Sequence::Start::AtZero);
    Listeners listeners;
    EXPECT_TRUE(listeners.empty());
    listeners.add(first);
    listeners.add(second);
    first.note(0);
    EXPECT_EQ(listeners.outstanding(3), 5u);
    for (std::uint64_t number : {0, 1, 2}) second.note(number);
    EXPECT_EQ(listeners.outstanding(3), 2u);
}

}  // namespace
}  // namespace gatehouse::load
