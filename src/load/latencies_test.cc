#include "load/latencies.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace gatehouse::load {
namespace {

using std::chrono::nanoseconds;

TEST(Latencies, HasNothingToSayAboutNothing) {
    const Latencies none;
    EXPECT_EQ(none.at(0.5), nanoseconds(0));
    EXPECT_EQ(none.max(), nanoseconds(0));
}

TEST(Latencies, IsExactForSmallValues) {
    Latencies latencies;
    for (int i = 1; i <= 100; ++i) latencies.add(nanoseconds(i));
    EXPECT_EQ(latencies.at(0), nanoseconds(1));
    EXPECT_EQ(latencies.at(0.5), nanoseconds(50));
    EXPECT_EQ(latencies.at(0.99), nanoseconds(99));
    EXPECT_EQ(latencies.at(0.999), nanoseconds(100));
    EXPECT_EQ(latencies.at(1), nanoseconds(100));
}

TEST(Latencies, FollowsTheSortedValuesWithinOnePercent) {
    std::mt19937_64 random(7);
    std::lognormal_distribution<double> spread(13, 3);
    std::vector<std::int64_t> values;
    Latencies latencies;
    for (int i = 0; i < 20'000; ++i) {
        values.push_back(static_cast<std::int64_t>(spread(random)));
        latencies.add(nanoseconds(values.back()));
    }
    std::ranges::sort(values);
    for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        const auto rank = static_cast<std::size_t>(share * 20'000) - 1;
        const auto exact = static_cast<double>(values[rank]);
        const auto read = static_cast<double>(latencies.at(share).count());
        EXPECT_GE(read, exact) << share;
        EXPECT_LE(read, exact * 1.01) << share;
    }
    EXPECT_EQ(latencies.max().count(), values.back());
}

TEST(Latencies, TakesTheLongestAndTheImpossible) {
    Latencies latencies;
    latencies.add(nanoseconds(-5));
    latencies.add(nanoseconds::max());
    EXPECT_EQ(latencies.at(0.5), nanoseconds(0));
    EXPECT_EQ(latencies.at(1), nanoseconds::max());
}

TEST(Latencies, StartsAnew) {
    Latencies latencies;
    latencies.add(nanoseconds(1'000'000));
    latencies.clear();
    EXPECT_EQ(latencies.count(), 0u);
    EXPECT_EQ(latencies.at(1), nanoseconds(0));
    latencies.add(nanoseconds(3));
    EXPECT_EQ(latencies.at(1), nanoseconds(3));
}

}  // namespace
}  // namespace gatehouse::load
