#include "broker/in_flight_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <random>
#include <ranges>
#include <set>
#include <vector>

namespace gatehouse::broker {
namespace {

TEST(InFlightWindow, IdsGoRoundAndNeverCollide) {
    InFlightWindow window;
    std::set<mqtt::PacketId> open;
    std::mt19937 random(11);
    for (int round = 0; round < 300'000; ++round) {
        if (window.has_room(100) && random() % 2 == 0) {
            const mqtt::PacketId id = window.open({});
            ASSERT_NE(id, 0);
            ASSERT_TRUE(open.insert(id).second);
        } else if (!open.empty()) {
            auto it = open.lower_bound(static_cast<mqtt::PacketId>(random()));
            if (it == open.end()) it = open.begin();
            ASSERT_TRUE(window.close(*it));
            ASSERT_FALSE(window.close(*it));
            open.erase(it);
        }
        ASSERT_EQ(window.size(), open.size());
    }
}

TEST(InFlightWindow, RefusesIdsThatAreNotOpen) {
    InFlightWindow window;
    EXPECT_FALSE(window.close(0));
    EXPECT_FALSE(window.close(1));
    EXPECT_EQ(window.open({}), 1);
    EXPECT_FALSE(window.close(2));
    EXPECT_FALSE(window.close(65'535));
    EXPECT_TRUE(window.close(1));
}

TEST(InFlightWindow, GoesOnAfterTheIdItIsTold) {
    InFlightWindow window;
    window.start_after(65'534);
    EXPECT_EQ(window.open({}), 65'535);
    EXPECT_EQ(window.open({}), 1);
    EXPECT_EQ(window.last_id(), 1);
    EXPECT_TRUE(window.close(65'535));
    EXPECT_TRUE(window.close(1));
    EXPECT_EQ(window.last_id(), 1);
}

TEST(InFlightWindow, OneUnacknowledgedMessageDoesNotHoldUpTheOthers) {
    InFlightWindow window;
    const mqtt::PacketId stuck = window.open({.sent_at = 7});
    for (int i = 0; i < 200'000; ++i) {
        ASSERT_TRUE(window.has_room(2));
        const mqtt::PacketId id = window.open({});
        ASSERT_NE(id, stuck);
        ASSERT_TRUE(window.close(id));
    }
    EXPECT_LE(window.capacity(), 256U);
    EXPECT_EQ(window.find(stuck)->sent_at, 7U);
    EXPECT_TRUE(window.close(stuck));
    EXPECT_TRUE(window.is_empty());
}

// Some are acknowledged at once, some late, some hardly ever; all ids go round several times.
TEST(InFlightWindow, KeepsTheOrderOfSendingWhateverStaysBehind) {
    std::mt19937 random(5);
    for (const std::uint16_t maximum : {3, 100, 2'000}) {
        InFlightWindow window;
        std::list<mqtt::PacketId> open;
        const auto close = [&](std::list<mqtt::PacketId>::iterator which) {
            ASSERT_TRUE(window.close(*which));
            ASSERT_EQ(window.find(*which), nullptr);
            open.erase(which);
        };
        for (int i = 0; i < 400'000; ++i) {
            if (window.has_room(maximum)) {
                const mqtt::PacketId id = window.open({});
                ASSERT_NE(id, 0);
                ASSERT_EQ(std::ranges::count(std::views::reverse(open) | std::views::take(5), id),
                          0);
                open.push_back(id);
            }
            if (random() % 8 != 0) close(std::prev(open.end()));
            if (open.size() == maximum || random() % 20'000 == 0) {
                for (std::size_t left = open.size() / 2; left != 0; --left) close(open.begin());
            }
            ASSERT_EQ(window.size(), open.size());
            if (i % 5'000 != 0) continue;
            std::vector<mqtt::PacketId> ids;
            window.for_each([&](mqtt::PacketId id, InFlight&) { ids.push_back(id); });
            ASSERT_TRUE(std::ranges::equal(ids, open));
            ASSERT_EQ(std::set(ids.begin(), ids.end()).size(), ids.size());
        }
        EXPECT_LE(window.capacity(), std::max(256, 8 * maximum));
    }
}

// The largest maximum there is: one id is left when all others are open.
TEST(InFlightWindow, FindsTheOneFreeId) {
    InFlightWindow window;
    for (int i = 0; i < 65'535; ++i) ASSERT_EQ(window.open({}), i + 1);
    EXPECT_FALSE(window.has_room(65'535));
    for (const mqtt::PacketId id : {40'000, 1, 65'535, 40'000}) {
        ASSERT_TRUE(window.close(id));
        ASSERT_TRUE(window.has_room(65'535));
        ASSERT_EQ(window.open({}), id);
    }
    int count = 0;
    window.for_each([&](mqtt::PacketId, InFlight&) { ++count; });
    EXPECT_EQ(count, 65'535);
}

TEST(InFlightWindow, WhatWasSentBeforeARestartIsOpenedInItsOrder) {
    InFlightWindow window;
    const std::vector<mqtt::PacketId> ids{500, 501, 499, 600, 2, 3, 502};
    for (const mqtt::PacketId id : ids) window.open_again(id, {.sent_at = id});
    std::vector<mqtt::PacketId> walked;
    window.for_each([&](mqtt::PacketId id, InFlight&) { walked.push_back(id); });
    EXPECT_EQ(walked, ids);
    for (const mqtt::PacketId id : ids) EXPECT_EQ(window.find(id)->sent_at, id);
    EXPECT_EQ(window.open({}), 503);
    EXPECT_LE(window.capacity(), 256U);
    for (const mqtt::PacketId id : ids) EXPECT_TRUE(window.close(id));
}

TEST(InFlightWindow, IsWalkedOldestFirst) {
    InFlightWindow window;
    window.start_after(65'533);
    for (int i = 0; i < 4; ++i) window.open({});
    window.close(65'535);
    std::vector<mqtt::PacketId> ids;
    window.for_each([&](mqtt::PacketId id, InFlight&) { ids.push_back(id); });
    EXPECT_EQ(ids, (std::vector<mqtt::PacketId>{65'534, 1, 2}));
}

}  // namespace
}  // namespace gatehouse::broker
