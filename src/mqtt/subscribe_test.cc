#include "mqtt/subscribe.h"

#include "mqtt/packet.h"
#include "mqtt/packet_text.h"

namespace gatehouse::mqtt {
namespace {

using enum ProtocolVersion;
using enum ReasonCode;

struct Good {
    const char* clause;
    ProtocolVersion version;
    std::uint8_t first_byte;
    const char* body;
    Packet expected;
};

const Good good[] = {
    {"3.8.3 (3.1.1)", V3_1_1, 0x82, "000a 0003'a/b' 01 0003'c/d' 02",
     Subscribe{.packet_id = 10,
               .subscriptions = {{.filter = "a/b", .qos = Qos::AtLeastOnce},
                                 {.filter = "c/d", .qos = Qos::ExactlyOnce}}}},
    {"3.8.3 (3.1)", V3_1, 0x82, "0001 0001'#' 00",
     Subscribe{.packet_id = 1, .subscriptions = {{.filter = "#"}}}},
    {"4.7 (3.1.1): $share is a level like any other", V3_1_1, 0x82, "0001 0008'$share//' 00",
     Subscribe{.packet_id = 1, .subscriptions = {{.filter = "$share//"}}}},
    {"3.8.3.1 (5)", V5, 0x82, "0001 00 0001'a' 2d",
     Subscribe{.packet_id = 1,
               .subscriptions = {{.filter = "a",
                                  .qos = Qos::AtLeastOnce,
                                  .no_local = true,
                                  .retain_as_published = true,
                                  .retain_handling = RetainHandling::DoNotSend}}}},
    {"3.8.2.1.2 (5)", V5, 0x82, "0001 05 0bffffff7f 0001'a' 10",
     Subscribe{.packet_id = 1,
               .subscription_identifier = 268'435'455,
               .subscriptions = {{.filter = "a", .retain_handling = RetainHandling::SendIfNew}}}},
    {"4.8.2 (5)", V5, 0x82, "0001 00 000a'$share/g/a' 01",
     Subscribe{.packet_id = 1,
               .subscriptions = {{.filter = "$share/g/a", .qos = Qos::AtLeastOnce}}}},
    {"3.9.3 (3.1.1)", V3_1_1, 0x90, "0001 00 01 02 80",
     Suback{.packet_id = 1, .reasons = {Success, GrantedQos1, GrantedQos2, UnspecifiedError}}},
    {"3.9.3 (5)", V5, 0x90, "0001 00 00 87 a1",
     Suback{.packet_id = 1,
            .reasons = {Success, NotAuthorized, SubscriptionIdentifiersNotSupported}}},
    {"3.10.3", V3_1_1, 0xa2, "0001 0003'a/b' 0001'#'",
     Unsubscribe{.packet_id = 1, .filters = {"a/b", "#"}}},
    {"3.10.3 (5)", V5, 0xa2, "0001 00 0001'+'", Unsubscribe{.packet_id = 1, .filters = {"+"}}},
    {"3.11", V3_1_1, 0xb0, "0001", Unsuback{.packet_id = 1}},
    {"3.11.3 (5)", V5, 0xb0, "0001 00 00 11 8f",
     Unsuback{.packet_id = 1, .reasons = {Success, NoSubscriptionExisted, TopicFilterInvalid}}},
    {"3.11.2.1.2 (5)", V5, 0xb0, "0001 04 1f 0001'r' 00",
     Unsuback{.packet_id = 1, .properties = {.reason_string = "r"}, .reasons = {Success}}},
};

TEST(Subscribing, IsReadAndWrittenToTheByte) {
    for (const Good& row : good) {
        SCOPED_TRACE(std::string(row.clause) + ": " + row.body);
        std::string body = row.body;
        const Bytes bytes = packet_from(row.first_byte, body);
        const auto decoded = decode_packet(frame_of(bytes), row.version, Sender::Client);
        ASSERT_TRUE(decoded) << decoded.error().describe();
        EXPECT_TRUE(*decoded == row.expected);
        Bytes encoded;
        encode(row.expected, row.version, encoded);
        EXPECT_EQ(encoded, bytes);
    }
}

struct Bad {
    const char* clause;
    ProtocolVersion version;
    std::uint8_t first_byte;
    const char* body;
    ReasonCode reason;
};

const Bad bad[] = {
    {"MQTT-2.3.1-1", V3_1_1, 0x82, "0000 0001'a' 00", ProtocolError},
    {"MQTT-2.2.1-3", V5, 0x82, "0000 00 0001'a' 00", ProtocolError},
    {"MQTT-3.8.3-3", V3_1_1, 0x82, "0001", ProtocolError},
    {"MQTT-3.8.3-2", V5, 0x82, "0001 00", ProtocolError},
    {"MQTT-3.8.3-4", V3_1_1, 0x82, "0001 0001'a' 03", MalformedPacket},
    {"MQTT-3.8.3-4", V3_1_1, 0x82, "0001 0001'a' 04", MalformedPacket},
    {"MQTT-3.8.3-4", V3_1_1, 0x82, "0001 0001'a' 80", MalformedPacket},
    {"MQTT-3.8.3-5", V5, 0x82, "0001 00 0001'a' 40", MalformedPacket},
    {"MQTT-3.8.3-5", V5, 0x82, "0001 00 0001'a' 80", MalformedPacket},
    {"3.8.3.1", V5, 0x82, "0001 00 0001'a' 03", ProtocolError},
    {"3.8.3.1", V5, 0x82, "0001 00 0001'a' 30", ProtocolError},
    {"MQTT-3.8.3-4", V5, 0x82, "0001 00 000a'$share/g/a' 04", ProtocolError},
    {"3.8.2.1.2", V5, 0x82, "0001 02 0b00 0001'a' 00", ProtocolError},
    {"3.8.2.1.2", V5, 0x82, "0001 04 0b01 0b02 0001'a' 00", ProtocolError},
    {"MQTT-4.7.3-1", V3_1_1, 0x82, "0001 0000 00", TopicFilterInvalid},
    {"MQTT-4.7.1-2", V3_1_1, 0x82, "0001 0002'a#' 00", TopicFilterInvalid},
    {"MQTT-4.7.1-3", V3_1_1, 0x82, "0001 0002'a+' 00", TopicFilterInvalid},
    {"MQTT-4.7.1-1", V5, 0x82, "0001 00 0002'a#' 00", TopicFilterInvalid},
    {"MQTT-4.7.1-2", V5, 0x82, "0001 00 0002'a+' 00", TopicFilterInvalid},
    {"MQTT-4.8.2-1", V5, 0x82, "0001 00 0009'$share//a' 00", TopicFilterInvalid},
    {"MQTT-4.8.2-2", V5, 0x82, "0001 00 0008'$share/g' 00", TopicFilterInvalid},
    {"MQTT-1.5.3-1", V3_1_1, 0x82, "0001 0001 ff 00", MalformedPacket},
    {"MQTT-4.8.0-1", V3_1_1, 0x82, "0001 0001'a'", MalformedPacket},
    {"MQTT-4.8.0-1", V3_1_1, 0x82, "0001 0001'a' 00 00", MalformedPacket},
    {"MQTT-4.8.0-1", V3_1_1, 0x82, "00", MalformedPacket},
    {"MQTT-2.3.1-7", V3_1_1, 0x90, "0000 00", ProtocolError},
    {"MQTT-2.2.1-6", V5, 0xb0, "0000 00 00", ProtocolError},
    {"MQTT-3.9.3-2", V3_1_1, 0x90, "0001 03", ProtocolError},
    {"MQTT-3.9.3-2", V3_1_1, 0x90, "0001 87", ProtocolError},
    {"MQTT-3.9.3-2", V5, 0x90, "0001 00 11", ProtocolError},
    {"MQTT-3.9.3-1", V3_1_1, 0x90, "0001", MalformedPacket},
    {"MQTT-3.11.3-2", V5, 0xb0, "0001 00 01", ProtocolError},
    {"MQTT-3.11.3-1", V5, 0xb0, "0001 00", MalformedPacket},
    {"MQTT-4.8.0-1", V3_1_1, 0xb0, "0001 00", MalformedPacket},
    {"MQTT-3.10.3-2", V3_1_1, 0xa2, "0001", ProtocolError},
    {"MQTT-3.10.3-2", V5, 0xa2, "0001 00", ProtocolError},
    {"MQTT-4.7.3-1", V5, 0xa2, "0001 00 0000", TopicFilterInvalid},
    {"MQTT-2.3.1-1", V3_1_1, 0xa2, "0000 0001'a'", ProtocolError},
};

TEST(Subscribing, IsRefusedWithTheClause) {
    for (const Bad& row : bad) {
        const Bytes bytes = packet_from(row.first_byte, row.body);
        SCOPED_TRACE(to_hex(bytes));
        const auto decoded = decode_packet(frame_of(bytes), row.version, Sender::Client);
        ASSERT_FALSE(decoded);
        EXPECT_EQ(decoded.error().clause, row.clause) << decoded.error().describe();
        EXPECT_EQ(decoded.error().reason, row.reason) << decoded.error().describe();
    }
}

// MQTT V3.1 section 3.8: the upper six bits of the requested QoS are not used.
TEST(Subscribing, IgnoresUnusedBitsInMqtt31) {
    const Bytes bytes = packet_from(0x82, "0001 0001'a' fd");
    const auto decoded = decode_subscribe(frame_of(bytes), V3_1);
    ASSERT_TRUE(decoded) << decoded.error().describe();
    EXPECT_EQ(decoded->subscriptions[0], (Subscription{.filter = "a", .qos = Qos::AtLeastOnce}));
    EXPECT_FALSE(decode_subscribe(frame_of(packet_from(0x82, "0001 0001'a' ff")), V3_1));
}

// MQTT-3.9.3-2 (3.1.1): one code for every failure.
TEST(Subscribing, TellsMqtt311OnlyThatItFailed) {
    Bytes out;
    encode(Suback{.packet_id = 1, .reasons = {NotAuthorized, GrantedQos1, TopicFilterInvalid}},
           V3_1_1, out);
    EXPECT_EQ(out, bytes_from("90 05 0001 80 01 80"));
}

}  // namespace
}  // namespace gatehouse::mqtt
