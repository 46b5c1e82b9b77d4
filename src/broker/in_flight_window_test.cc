#include "broker/in_flight_window.h"

#include <gtest/gtest.h>

#include <random>
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
    const mqtt::PacketId stuck = window.open({});
    for (int i = 0; i < 60'000; ++i) {
        ASSERT_TRUE(window.has_room(2));
        ASSERT_TRUE(window.close(window.open({})));
    }
    EXPECT_TRUE(window.close(stuck));
    EXPECT_TRUE(window.is_empty());
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
