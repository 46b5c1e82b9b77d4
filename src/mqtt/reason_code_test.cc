#include "mqtt/reason_code.h"

#include <gtest/gtest.h>

#include <set>

namespace gatehouse::mqtt {
namespace {

// The tables of MQTT 5 sections 3.2.2.2, 3.4.2.1, 3.5.2.1, 3.6.2.1, 3.7.2.1, 3.9.3, 3.11.3,
// 3.14.2.1 and 3.15.2.1.
struct Carrier {
    PacketType type;
    Sender sender;
    std::set<int> codes;
};

const Carrier carriers[] = {
    {PacketType::Connack, Sender::Server, {0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86,
                                           0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97,
                                           0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9f}},
    {PacketType::Puback, Sender::Server, {0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99}},
    {PacketType::Pubrec, Sender::Client, {0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99}},
    {PacketType::Pubrel, Sender::Client, {0x00, 0x92}},
    {PacketType::Pubcomp, Sender::Server, {0x00, 0x92}},
    {PacketType::Suback,
     Sender::Server,
     {0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2}},
    {PacketType::Unsuback, Sender::Server, {0x00, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91}},
    {PacketType::Disconnect,
     Sender::Client,
     {0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99}},
    {PacketType::Disconnect,
     Sender::Server,
     {0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94,
      0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2}},
    {PacketType::Auth, Sender::Client, {0x18, 0x19}},
    {PacketType::Auth, Sender::Server, {0x00, 0x18}},
    {PacketType::Publish, Sender::Client, {}},
    {PacketType::Connect, Sender::Client, {}},
    {PacketType::Pingreq, Sender::Client, {}},
};

TEST(ReasonCode, StandsInTheTablesOfItsPackets) {
    for (const Carrier& carrier : carriers) {
        for (int code = 0; code < 256; ++code) {
            EXPECT_EQ(may_carry(carrier.type, carrier.sender, static_cast<ReasonCode>(code)),
                      carrier.codes.contains(code))
                << name_of(carrier.type) << ' ' << code;
        }
    }
}

TEST(ReasonCode, HasANameIfSomePacketCarriesIt) {
    std::set<std::string_view> names;
    for (int code = 0; code < 256; ++code) {
        bool carried = false;
        for (const Carrier& carrier : carriers) carried |= carrier.codes.contains(code);
        const std::string_view name = name_of(static_cast<ReasonCode>(code));
        EXPECT_EQ(name != "unknown reason code", carried) << code;
        if (carried) EXPECT_TRUE(names.insert(name).second) << name;
    }
    EXPECT_EQ(names.size(), 43u);
}

// MQTT 3.1.1 table 3.1.
TEST(ReasonCode, MapsToReturnCodesAndBack) {
    for (std::uint8_t code = 0; code <= 5; ++code) {
        const auto reason = reason_of_return_code(code);
        ASSERT_TRUE(reason);
        EXPECT_EQ(connect_return_code(*reason), code);
    }
    EXPECT_FALSE(reason_of_return_code(6));
    EXPECT_EQ(connect_return_code(ReasonCode::ServerBusy), 3);
    EXPECT_EQ(connect_return_code(ReasonCode::Banned), 5);
    EXPECT_FALSE(connect_return_code(ReasonCode::MalformedPacket));
    EXPECT_FALSE(connect_return_code(ReasonCode::PacketTooLarge));
}

TEST(ConstantOf, WritesTheNameAsLogsDo) {
    EXPECT_EQ(constant_of(ReasonCode::UnsupportedProtocolVersion), "UNSUPPORTED_PROTOCOL_VERSION");
    EXPECT_EQ(constant_of(ReasonCode::Reauthenticate), "RE_AUTHENTICATE");
    EXPECT_EQ(constant_of(ReasonCode::QosNotSupported), "QOS_NOT_SUPPORTED");
}

}  // namespace
}  // namespace gatehouse::mqtt
