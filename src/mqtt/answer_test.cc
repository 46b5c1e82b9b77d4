// CONNACK, the acknowledgements, DISCONNECT, AUTH and the pings.
#include "mqtt/packet.h"
#include "mqtt/packet_text.h"

namespace gatehouse::mqtt {
namespace {

using enum ProtocolVersion;

struct Good {
    const char* clause;
    ProtocolVersion version;
    std::uint8_t first_byte;
    const char* body;
    Packet expected;
    Sender sender = Sender::Server;
};

const ReasonProperties because{.reason_string = "no"};

// Each row is decoded to the packet, and the packet encoded to the row's bytes.
const Good good[] = {
    {"3.2", V3_1_1, 0x20, "00 00", Connack{}},
    {"3.2.2.2 (3.1.1)", V3_1_1, 0x20, "01 00", Connack{.session_present = true}},
    {"3.2.2.3 (3.1.1)", V3_1_1, 0x20, "00 01",
     Connack{.reason = ReasonCode::UnsupportedProtocolVersion}},
    {"3.2.2.3 (3.1.1)", V3_1_1, 0x20, "00 02",
     Connack{.reason = ReasonCode::ClientIdentifierNotValid}},
    {"3.2.2.3 (3.1.1)", V3_1_1, 0x20, "00 03", Connack{.reason = ReasonCode::ServerUnavailable}},
    {"3.2.2.3 (3.1.1)", V3_1_1, 0x20, "00 04",
     Connack{.reason = ReasonCode::BadUserNameOrPassword}},
    {"3.2.2.3 (3.1.1)", V3_1, 0x20, "00 05", Connack{.reason = ReasonCode::NotAuthorized}},
    {"3.2.2.2 (5)", V5, 0x20, "00 87 00", Connack{.reason = ReasonCode::NotAuthorized}},
    {"3.2.2.3 (5)", V5, 0x20, "01 00 08 21 0064 24 01 13 04b0",
     Connack{.session_present = true,
             .properties = {.receive_maximum = 100,
                            .maximum_qos = Qos::AtLeastOnce,
                            .server_keep_alive = 1200}}},
    {"3.4.2", V3_1_1, 0x40, "1234", Ack{.type = PacketType::Puback, .packet_id = 0x1234}},
    {"3.4.2.1 (5)", V5, 0x40, "1234", Ack{.type = PacketType::Puback, .packet_id = 0x1234}},
    {"3.4.2.1 (5)", V5, 0x40, "0001 10",
     Ack{.type = PacketType::Puback, .packet_id = 1, .reason = ReasonCode::NoMatchingSubscribers}},
    {"3.4.2.2.2 (5)", V5, 0x40, "0001 87 05 1f 0002'no'",
     Ack{.packet_id = 1, .reason = ReasonCode::NotAuthorized, .properties = because}},
    {"3.5.2 (5)", V5, 0x50, "0001 97",
     Ack{.type = PacketType::Pubrec, .packet_id = 1, .reason = ReasonCode::QuotaExceeded}},
    {"3.6.2", V3_1_1, 0x62, "0001", Ack{.type = PacketType::Pubrel, .packet_id = 1}},
    {"3.6.2 (5)", V5, 0x62, "0001 92",
     Ack{.type = PacketType::Pubrel,
         .packet_id = 1,
         .reason = ReasonCode::PacketIdentifierNotFound}},
    {"3.7.2", V3_1_1, 0x70, "ffff", Ack{.type = PacketType::Pubcomp, .packet_id = 0xffff}},
    {"3.12", V3_1_1, 0xc0, "", Pingreq{}},
    {"3.13", V5, 0xd0, "", Pingresp{}},
    {"3.14", V3_1_1, 0xe0, "", Disconnect{}, Sender::Client},
    {"3.14.2.1 (5)", V5, 0xe0, "", Disconnect{}},
    {"3.14.2.1 (5)", V5, 0xe0, "04", Disconnect{.reason = ReasonCode::DisconnectWithWill},
     Sender::Client},
    {"3.14.2.2.2 (5)", V5, 0xe0, "00 05 11 00000000", Disconnect{.session_expiry_interval = 0},
     Sender::Client},
    {"3.14.2.2 (5)", V5, 0xe0, "9c 09 1c 0001'h' 1f 0002'no'",
     Disconnect{
         .reason = ReasonCode::UseAnotherServer, .server_reference = "h", .properties = because}},
    {"3.15.2.1 (5)", V5, 0xf0, "", Auth{}},
    {"3.15.2 (5)", V5, 0xf0, "18 08 15 0001'm' 16 0001 00",
     Auth{.reason = ReasonCode::ContinueAuthentication,
          .authentication_method = "m",
          .authentication_data = bytes_of({"\0", 1})}},
    {"3.15.2 (5)", V5, 0xf0, "19 04 15 0001'm'",
     Auth{.reason = ReasonCode::Reauthenticate, .authentication_method = "m"}, Sender::Client},
};

TEST(Answers, AreReadAndWrittenToTheByte) {
    for (const Good& row : good) {
        SCOPED_TRACE(std::string(row.clause) + ": " + row.body);
        const Bytes bytes = packet_from(row.first_byte, row.body);
        const auto decoded = decode_packet(frame_of(bytes), row.version, row.sender);
        ASSERT_TRUE(decoded) << decoded.error().describe();
        EXPECT_TRUE(*decoded == row.expected);
        EXPECT_EQ(type_of(row.expected), frame_of(bytes).type());
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
    Sender sender = Sender::Server;
};

constexpr auto malformed_packet = ReasonCode::MalformedPacket;
constexpr auto against_protocol = ReasonCode::ProtocolError;

const Bad bad[] = {
    {"3.2.2.1", V3_1_1, 0x20, "02 00", malformed_packet},
    {"MQTT-3.2.2-1", V5, 0x20, "80 00 00", malformed_packet},
    {"MQTT-3.2.2-4", V3_1_1, 0x20, "01 05", against_protocol},
    {"MQTT-3.2.2-6", V5, 0x20, "01 87 00", against_protocol},
    {"3.2.2.3", V3_1_1, 0x20, "00 06", against_protocol},
    {"MQTT-3.2.2-8", V5, 0x20, "00 01 00", against_protocol},
    {"MQTT-3.2.2-8", V5, 0x20, "00 8e 00", against_protocol},
    {"MQTT-4.13.1-1", V5, 0x20, "00 00", malformed_packet},
    {"MQTT-4.8.0-1", V3_1_1, 0x20, "00 00 00", malformed_packet},
    {"MQTT-4.8.0-1", V3_1_1, 0x40, "01", malformed_packet},
    {"MQTT-4.8.0-1", V3_1_1, 0x40, "0001 00", malformed_packet},
    {"MQTT-2.3.1-6", V3_1_1, 0x40, "0000", against_protocol},
    {"MQTT-2.2.1-5", V5, 0x70, "0000", against_protocol},
    {"MQTT-3.4.2-1", V5, 0x40, "0001 92", against_protocol},
    {"MQTT-3.5.2-1", V5, 0x50, "0001 01", against_protocol},
    {"MQTT-3.6.2-1", V5, 0x62, "0001 80", against_protocol},
    {"MQTT-3.7.2-1", V5, 0x70, "0001 87", against_protocol},
    {"MQTT-4.13.1-1", V5, 0x40, "0001 00 00 00", malformed_packet},
    {"MQTT-4.13.1-1", V5, 0x40, "0001 00 03 1f", malformed_packet},
    {"MQTT-4.8.0-1", V3_1_1, 0xc0, "00", malformed_packet},
    {"MQTT-4.13.1-1", V5, 0xd0, "00", malformed_packet},
    {"MQTT-4.8.0-1", V3_1_1, 0xe0, "00", malformed_packet},
    {"MQTT-3.14.2-1", V5, 0xe0, "04", against_protocol, Sender::Server},
    {"MQTT-3.14.2-1", V5, 0xe0, "8e", against_protocol, Sender::Client},
    {"MQTT-3.14.2-1", V5, 0xe0, "05", against_protocol, Sender::Client},
    {"MQTT-3.14.2-2", V5, 0xe0, "00 05 11 00000000", against_protocol, Sender::Server},
    {"MQTT-3.15.2-1", V5, 0xf0, "19 04 15 0001'm'", against_protocol, Sender::Server},
    {"MQTT-3.15.2-1", V5, 0xf0, "", against_protocol, Sender::Client},
    {"3.15.2.2.2", V5, 0xf0, "18 00", against_protocol},
    {"MQTT-4.13.1-1", V5, 0xf0, "18", malformed_packet},
    {"2.2.1", V3_1_1, 0xf0, "", malformed_packet},
    {"2.2.1", V3_1_1, 0x00, "", malformed_packet},
    {"2.1.2", V5, 0x00, "", malformed_packet},
};

TEST(Answers, AreRefusedWithTheClause) {
    for (const Bad& row : bad) {
        const Bytes bytes = packet_from(row.first_byte, row.body);
        SCOPED_TRACE(to_hex(bytes));
        const auto decoded = decode_packet(frame_of(bytes), row.version, row.sender);
        ASSERT_FALSE(decoded);
        EXPECT_EQ(decoded.error().clause, row.clause) << decoded.error().describe();
        EXPECT_EQ(decoded.error().reason, row.reason) << decoded.error().describe();
    }
}

// A packet of each type, empty of options, that decodes with the right flags.
const std::pair<PacketType, const char*> plain_v311[] = {
    {PacketType::Connect, "0004'MQTT' 04 02 0000 0000"},
    {PacketType::Connack, "00 00"},
    {PacketType::Puback, "0001"},
    {PacketType::Pubrec, "0001"},
    {PacketType::Pubrel, "0001"},
    {PacketType::Pubcomp, "0001"},
    {PacketType::Subscribe, "0001 0001'a' 00"},
    {PacketType::Suback, "0001 00"},
    {PacketType::Unsubscribe, "0001 0001'a'"},
    {PacketType::Unsuback, "0001"},
    {PacketType::Pingreq, ""},
    {PacketType::Pingresp, ""},
    {PacketType::Disconnect, ""},
};

// MQTT-2.2.2-2 (3.1.1), MQTT-2.1.3-1 (5), and for single packets MQTT-3.6.1-1, 3.8.1-1, 3.10.1-1,
// 3.14.1-1, 3.15.1-1.
TEST(ReservedFlags, HaveOneValueEach) {
    for (const auto& [type, body] : plain_v311) {
        const bool one = type == PacketType::Pubrel || type == PacketType::Subscribe ||
                         type == PacketType::Unsubscribe;
        for (int flags = 0; flags < 16; ++flags) {
            const auto first = static_cast<std::uint8_t>(static_cast<int>(type) << 4 | flags);
            const Bytes bytes = packet_from(first, body);
            const auto decoded = decode_packet(frame_of(bytes), V3_1_1, Sender::Client);
            EXPECT_EQ(decoded.has_value(), flags == (one ? 2 : 0)) << name_of(type) << flags;
            if (!decoded) EXPECT_EQ(decoded.error().clause, "MQTT-2.2.2-2");
        }
    }
    for (int flags = 0; flags < 16; ++flags) {
        const Bytes bytes =
            packet_from(static_cast<std::uint8_t>(0xf0 | flags), "18 04 15 0001'm'");
        const auto decoded = decode_packet(frame_of(bytes), V5, Sender::Client);
        EXPECT_EQ(decoded.has_value(), flags == 0);
        if (!decoded) EXPECT_EQ(decoded.error().clause, "MQTT-2.1.3-1");
    }
}

// MQTT V3.1 section 2.1: DUP, QoS and RETAIN are not used in these packets.
TEST(ReservedFlags, AreFreeInMqtt31) {
    for (const auto& [type, body] : plain_v311) {
        if (type == PacketType::Connect) continue;
        const auto first = static_cast<std::uint8_t>(static_cast<int>(type) << 4 | 0xa);
        EXPECT_TRUE(decode_packet(frame_of(packet_from(first, body)), V3_1, Sender::Client))
            << name_of(type);
    }
}

// MQTT-1.5.5-1: only MQTT 5 wants the shortest form.
TEST(RemainingLength, MayBeLongOnlyBeforeMqtt5) {
    const Bytes ping = bytes_from("c0 8000");
    EXPECT_TRUE(decode_packet(frame_of(ping), V3_1_1, Sender::Client));
    const auto decoded = decode_packet(frame_of(ping), V5, Sender::Client);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().clause, "MQTT-1.5.5-1");
}

TEST(ShortAcks, AreFourBytesInEveryVersion) {
    for (const PacketType type :
         {PacketType::Puback, PacketType::Pubrec, PacketType::Pubrel, PacketType::Pubcomp}) {
        for (const ProtocolVersion version : {V3_1, V3_1_1, V5}) {
            std::uint8_t out[short_ack_size];
            EXPECT_EQ(encode_short_ack(out, type, 0xabcd), out + 4);
            Bytes general;
            encode(Ack{.type = type, .packet_id = 0xabcd}, version, general);
            EXPECT_EQ(Bytes(out, out + 4), general);
            EXPECT_EQ(read_short_ack(frame_of(general)), 0xabcd);
        }
        std::uint8_t out[reason_ack_size];
        encode_reason_ack(out, type, 7, ReasonCode::Success);
        const auto decoded = decode_ack(frame_of(out), V5);
        ASSERT_TRUE(decoded);
        EXPECT_EQ(*decoded, (Ack{.type = type, .packet_id = 7}));
        EXPECT_EQ(read_short_ack(frame_of(out)), 0) << "another form is for decode_ack";
    }
    EXPECT_EQ(read_short_ack(frame_of(bytes_from("41 02 0001"))), 0);
    EXPECT_EQ(read_short_ack(frame_of(bytes_from("60 02 0001"))), 0);
    EXPECT_EQ(read_short_ack(frame_of(bytes_from("40 02 0000"))), 0);
}

// MQTT-3.2.2-19, MQTT-3.2.2-20, MQTT-3.4.2-2, MQTT-3.4.2-3 and so on.
TEST(EncodeWithin, LeavesOutUserPropertiesThenTheReason) {
    PropertyWriter user;
    user.add_user_property("key", "value");
    const Connack connack{.reason = ReasonCode::NotAuthorized,
                          .properties = {.reason_string = "because",
                                         .user_properties = UserProperties(user.bytes())}};
    Bytes whole;
    encode(connack, V5, whole);
    const auto size_of = [&](std::uint32_t size_max) {
        Bytes out = {0xaa};
        const bool fits = encode_within(connack, V5, size_max, out);
        EXPECT_EQ(fits, out.size() > 1);
        EXPECT_EQ(out[0], 0xaa);
        return out.size() - 1;
    };
    const auto size = static_cast<std::uint32_t>(whole.size());
    EXPECT_EQ(size_of(size), size);
    EXPECT_EQ(size_of(size - 1), size - user.bytes().size());
    EXPECT_EQ(size_of(14), 5u);
    EXPECT_EQ(size_of(5), 5u);
    EXPECT_EQ(size_of(4), 0u);
}

}  // namespace
}  // namespace gatehouse::mqtt
