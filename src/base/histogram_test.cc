#include "base/histogram.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

using namespace std::chrono_literals;

TEST(Histogram, CountsEachDurationInTheBucketThatItFits) {
    Histogram histogram;
    for (const std::chrono::nanoseconds duration : {0ns, 50'000ns, 50'001ns, 60'000'000'000ns}) {
        histogram.add(duration);
    }
    const auto reading = histogram.read();
    EXPECT_EQ(reading.counts[0], 2u) << "bounds are inclusive";
    EXPECT_EQ(reading.counts[1], 1u);
    EXPECT_EQ(reading.counts.back(), 1u);
    EXPECT_EQ(reading.nanoseconds, 60'000'100'001u);
    auto twice = reading;
    twice += reading;
    EXPECT_EQ(twice.counts[0], 4u);
}

TEST(Histogram, HasBoundsThatGrow) {
    for (std::size_t i = 1; i < Histogram::bounds.size(); ++i) {
        EXPECT_LT(Histogram::bounds[i - 1], Histogram::bounds[i]);
    }
}

}  // namespace
}  // namespace gatehouse
