#include "mqtt/packet_order.h"

#include <gtest/gtest.h>

#include <set>

namespace gatehouse::mqtt {
namespace {

using enum PacketType;
using Authentication = PacketOrder::Authentication;

std::set<int> allowed(const PacketOrder& order) {
    std::set<int> types;
    for (int type = 0; type < 16; ++type) {
        if (order.allows(static_cast<PacketType>(type))) types.insert(type);
    }
    return types;
}

const std::set<int> normal = {3, 4, 5, 6, 7, 8, 10, 12, 14};

TEST(PacketOrder, StartsWithConnect) {
    const PacketOrder order;
    EXPECT_EQ(allowed(order), (std::set<int>{1}));
    EXPECT_EQ(order.refusal(Publish).clause, "MQTT-3.1.0-1");
    EXPECT_EQ(order.refusal(Publish).reason, ReasonCode::ProtocolError);
}

TEST(PacketOrder, AllowsClientPacketsAfterConnect) {
    PacketOrder order;
    order.on_connect(ProtocolVersion::V3_1_1, Authentication::Simple);
    EXPECT_EQ(order.phase(), ConversationPhase::Connecting);
    EXPECT_EQ(allowed(order), normal);
    order.on_connected();
    EXPECT_EQ(allowed(order), normal);
    EXPECT_EQ(order.refusal(Connect).clause, "MQTT-3.1.0-2");
    EXPECT_EQ(order.refusal(Connack).clause, "2.2.1");
    EXPECT_EQ(order.refusal(Suback).text, "is sent by servers, not by clients");
    EXPECT_EQ(order.refusal(Auth).reason, ReasonCode::MalformedPacket);
    EXPECT_EQ(order.refusal(static_cast<PacketType>(0)).reason, ReasonCode::MalformedPacket);
}

TEST(PacketOrder, WaitsForEnhancedAuthentication) {
    PacketOrder order;
    order.on_connect(ProtocolVersion::V5, Authentication::Enhanced);
    EXPECT_EQ(allowed(order), (std::set<int>{14, 15}));
    EXPECT_EQ(order.refusal(Publish).clause, "MQTT-3.1.2-30");
    EXPECT_EQ(order.refusal(Connect).clause, "MQTT-3.1.0-2");
    order.on_connected();
    std::set<int> with_auth = normal;
    with_auth.insert(15);
    EXPECT_EQ(allowed(order), with_auth);
}

TEST(PacketOrder, RefusesAuthWithoutAMethod) {
    PacketOrder order;
    order.on_connect(ProtocolVersion::V5, Authentication::Simple);
    order.on_connected();
    EXPECT_EQ(order.version(), ProtocolVersion::V5);
    EXPECT_EQ(order.refusal(Auth).clause, "MQTT-4.12.1-1");
}

TEST(PacketOrder, EndsWithDisconnect) {
    PacketOrder order;
    order.on_connect(ProtocolVersion::V3_1_1, Authentication::Simple);
    order.on_connected();
    order.on_closed();
    EXPECT_TRUE(allowed(order).empty());
    EXPECT_EQ(order.refusal(Pingreq).clause, "MQTT-3.14.4-2");
}

}  // namespace
}  // namespace gatehouse::mqtt
