#include "load/sequence.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace gatehouse::load {
namespace {

Sequence seen(std::initializer_list<std::uint64_t> numbers,
              Sequence::Start start = Sequence::Start::AtZero) {
    Sequence sequence(start);
    for (const std::uint64_t number : numbers) sequence.note(number);
    return sequence;
}

void expect(const Sequence& sequence, std::uint64_t next, std::uint64_t lost,
            std::uint64_t duplicates, std::uint64_t out_of_order) {
    EXPECT_EQ(sequence.next(), next);
    EXPECT_EQ(sequence.lost(), lost);
    EXPECT_EQ(sequence.duplicates(), duplicates);
    EXPECT_EQ(sequence.out_of_order(), out_of_order);
}

TEST(Sequence, InOrderThereIsNothingToSay) {
    expect(seen({0, 1, 2, 3}), 4, 0, 0, 0);
}

TEST(Sequence, WhatIsMissingIsLost) {
    expect(seen({0, 3, 4, 6}), 7, 3, 0, 0);
    expect(seen({2}), 3, 2, 0, 0);
}

TEST(Sequence, WhatComesLateIsOutOfOrderAndNoLongerLost) {
    expect(seen({0, 4, 2, 1, 3, 5}), 6, 0, 0, 3);
    expect(seen({0, 4, 2}), 5, 2, 0, 1);
}

TEST(Sequence, WhatComesTwiceIsADuplicate) {
    expect(seen({0, 1, 1, 0, 2}), 3, 0, 2, 0);
    expect(seen({0, 3, 1, 1}), 4, 1, 1, 1);
}

TEST(Sequence, ALateListenerMissesNothingOfWhatWasBefore) {
    expect(seen({100, 101, 103}, Sequence::Start::AtTheFirstSeen), 104, 1, 0, 0);
}

TEST(Sequence, ManyGapsTakeBoundedMemory) {
    Sequence sequence(Sequence::Start::AtZero);
    for (std::uint64_t number = 1; number < 40'000; number += 2) sequence.note(number);
    EXPECT_EQ(sequence.lost(), 20'000u);
    sequence.note(39'998);  // remembered
    EXPECT_EQ(sequence.lost(), 19'999u);
    sequence.note(0);  // long forgotten
    EXPECT_EQ(sequence.lost(), 19'999u);
    EXPECT_EQ(sequence.duplicates(), 1u);
}

}  // namespace
}  // namespace gatehouse::load
