#include "load/streams.h"

#include <gtest/gtest.h>

namespace gatehouse::load {
namespace {

TEST(Streams, CountsEachPublisherForItself) {
    Streams streams(Streams::Of::Anybody);
    for (std::uint64_t number : {7, 8, 10}) {
        EXPECT_TRUE(streams.note({.run = 1, .publisher = 1, .number = number}));
        EXPECT_TRUE(streams.note({.run = 1, .publisher = 2, .number = number + 100}));
        EXPECT_TRUE(streams.note({.run = 2, .publisher = 1, .number = 0}));
    }
    EXPECT_EQ(streams.lost(), 2u);
    EXPECT_EQ(streams.duplicates(), 2u);
    EXPECT_EQ(streams.out_of_order(), 0u);
}

TEST(Streams, WhatIsExpectedIsMissedFromItsFirst) {
    Streams streams(Streams::Of::Expected);
    const Stamp stamp{.run = 9, .publisher = 3, .number = 2};
    const Sequence& sequence = streams.expect(stamp.stream());
    EXPECT_TRUE(streams.note(stamp));
    EXPECT_EQ(sequence.next(), 3u);
    EXPECT_EQ(streams.lost(), 2u);
}

TEST(Streams, OthersDoNotCountWhereOneIsExpected) {
    Streams streams(Streams::Of::Expected);
    streams.expect(Stamp{.run = 9, .publisher = 3}.stream());
    EXPECT_FALSE(streams.note({.run = 8, .publisher = 3, .number = 5}));
    EXPECT_EQ(streams.lost(), 0u);
}

}  // namespace
}  // namespace gatehouse::load
