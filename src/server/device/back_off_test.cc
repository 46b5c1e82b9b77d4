#include "server/device/back_off.h"

#include <gtest/gtest.h>

#include <set>

namespace gatehouse::server::device {
namespace {

using namespace std::chrono_literals;

TEST(BackOff, DoublesUpToItsBound) {
    SeededRandom random(1);
    BackOff back_off(random, {.first = 1s, .most = 5s});
    for (const auto ceiling : {1000ms, 2000ms, 4000ms, 5000ms, 5000ms}) {
        const auto wait = back_off.next();
        EXPECT_GE(wait, ceiling / 2);
        EXPECT_LE(wait, ceiling);
    }
}

TEST(BackOff, StartsAgainAfterSuccess) {
    SeededRandom random(2);
    BackOff back_off(random, {.first = 1s, .most = 60s});
    for (int i = 0; i < 6; ++i) back_off.next();
    EXPECT_GE(back_off.next(), 30s);
    back_off.reset();
    EXPECT_LE(back_off.next(), 1s);
}

TEST(BackOff, SpreadsAFleet) {
    SeededRandom random(3);
    std::set<std::chrono::milliseconds> waits;
    for (int i = 0; i < 100; ++i) waits.insert(BackOff(random, {.first = 1s}).next());
    EXPECT_GT(waits.size(), 50u);
}

}  // namespace
}  // namespace gatehouse::server::device
