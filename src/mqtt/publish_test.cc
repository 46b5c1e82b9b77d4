#include "mqtt/publish.h"

#include "mqtt/packet_text.h"

namespace gatehouse::mqtt {
namespace {

using enum ProtocolVersion;

struct Good {
    const char* clause;
    ProtocolVersion version;
    const char* packet;
    Publish expected;
};

const Good good[] = {
    {"3.3 QoS 0", V3_1_1, "30 06 0003'a/b' '1'", {.topic = "a/b", .payload = bytes_of("1")}},
    {"3.3.3 a payload may be empty", V3_1_1, "30 05 0003'a/b'", {.topic = "a/b"}},
    {"3.3.1.2 QoS 1",
     V3_1_1,
     "32 08 0003'a/b' 0102 'x'",
     {.topic = "a/b", .payload = bytes_of("x"), .packet_id = 0x0102, .qos = Qos::AtLeastOnce}},
    {"3.3.1 every flag",
     V3_1_1,
     "3d 08 0003'a/b' ffff 'x'",
     {.topic = "a/b",
      .payload = bytes_of("x"),
      .packet_id = 0xffff,
      .qos = Qos::ExactlyOnce,
      .retain = true,
      .dup = true}},
    {"4.7.3 a lone slash and a space", V3_1_1, "30 05 0003'/ /'", {.topic = "/ /"}},
    {"MQTT-1.5.3-3 U+FEFF is kept", V3_1_1, "30 05 0003 efbbbf", {.topic = "\xef\xbb\xbf"}},
    {"MQTT-2.2.2-1 (5) no properties",
     V5,
     "30 07 0003'a/b' 00 '1'",
     {.topic = "a/b", .payload = bytes_of("1")}},
    {"3.3.2.3.4 (5) alias instead of a topic",
     V5,
     "30 06 0000 03 23 0001",
     {.topic = "", .properties = {.raw = bytes_of({"\x23\x00\x01", 3})}}},
    {"V3.1: DUP means nothing at QoS 0", V3_1, "38 05 0003'a/b'", {.topic = "a/b"}},
    {"2.2.3 (3.1.1) a longer length is not forbidden",
     V3_1_1,
     "30 8500 0003'a/b'",
     {.topic = "a/b"}},
};

TEST(DecodePublish, ReadsEveryForm) {
    for (const Good& row : good) {
        SCOPED_TRACE(row.clause);
        const Bytes bytes = bytes_from(row.packet);
        const auto decoded = decode_publish(frame_of(bytes), row.version);
        ASSERT_TRUE(decoded) << decoded.error().describe();
        EXPECT_EQ(*decoded, row.expected);
    }
}

struct Bad {
    const char* clause;
    ProtocolVersion version;
    const char* packet;
    ReasonCode reason;
};

const Bad bad[] = {
    {"MQTT-3.3.1-4", V3_1_1, "36 08 0003'a/b' 0001 'x'", ReasonCode::MalformedPacket},
    {"MQTT-3.3.1-4", V3_1, "36 08 0003'a/b' 0001 'x'", ReasonCode::MalformedPacket},
    {"MQTT-3.3.1-2", V3_1_1, "38 05 0003'a/b'", ReasonCode::MalformedPacket},
    {"MQTT-3.3.1-2", V5, "38 06 0003'a/b' 00", ReasonCode::MalformedPacket},
    {"MQTT-3.3.2-2", V3_1_1, "30 05 0003'a/+'", ReasonCode::TopicNameInvalid},
    {"MQTT-3.3.2-2", V5, "30 06 0003'a/#' 00", ReasonCode::TopicNameInvalid},
    {"MQTT-4.7.3-1", V3_1_1, "30 02 0000", ReasonCode::TopicNameInvalid},
    {"3.3.2.1", V5, "30 03 0000 00", ReasonCode::ProtocolError},
    {"MQTT-1.5.3-2", V3_1_1, "30 05 0003'a'00'b'", ReasonCode::MalformedPacket},
    {"MQTT-1.5.4-2", V5, "30 06 0003'a'00'b' 00", ReasonCode::MalformedPacket},
    {"MQTT-1.5.3-1", V3_1_1, "30 05 0003 eda080", ReasonCode::MalformedPacket},
    {"MQTT-1.5.4-1", V5, "30 05 0002 c0af 00", ReasonCode::MalformedPacket},
    {"MQTT-2.3.1-1", V3_1_1, "32 07 0003'a/b' 0000", ReasonCode::ProtocolError},
    {"MQTT-2.2.1-3", V5, "34 08 0003'a/b' 0000 00", ReasonCode::ProtocolError},
    {"MQTT-4.8.0-1", V3_1_1, "30 01 00", ReasonCode::MalformedPacket},
    {"MQTT-4.8.0-1", V3_1_1, "30 04 0003'a/'", ReasonCode::MalformedPacket},
    {"MQTT-4.8.0-1", V3_1_1, "32 06 0003'a/b' 00", ReasonCode::MalformedPacket},
    {"MQTT-4.13.1-1", V5, "30 05 0003'a/b'", ReasonCode::MalformedPacket},
    {"MQTT-4.13.1-1", V5, "30 06 0003'a/b' 01", ReasonCode::MalformedPacket},
    {"MQTT-1.5.5-1", V5, "30 8600 0003'a/b' 00", ReasonCode::MalformedPacket},
    {"MQTT-1.5.5-1", V5, "30 07 0003'a/b' 8000", ReasonCode::MalformedPacket},
    {"1.5.5", V5, "30 0a 0003'a/b' 8080808001", ReasonCode::MalformedPacket},
    {"MQTT-3.3.4-6", V5, "30 08 0003'a/b' 02 0b01", ReasonCode::ProtocolError},
    {"3.3.2.3.4", V5, "30 09 0003'a/b' 03 230000", ReasonCode::TopicAliasInvalid},
    {"MQTT-3.3.2-14", V5, "30 0c 0003'a/b' 06 08 0003'a/+'", ReasonCode::ProtocolError},
    {"MQTT-3.3.2-14", V5, "30 09 0003'a/b' 03 08 0000", ReasonCode::ProtocolError},
};

TEST(DecodePublish, RefusesWithTheClause) {
    for (const Bad& row : bad) {
        SCOPED_TRACE(row.packet);
        const Bytes bytes = bytes_from(row.packet);
        const auto decoded = decode_publish(frame_of(bytes), row.version);
        ASSERT_FALSE(decoded);
        EXPECT_EQ(decoded.error().clause, row.clause) << decoded.error().describe();
        EXPECT_EQ(decoded.error().reason, row.reason) << decoded.error().describe();
    }
}

// MQTT 5 section 3.3.2.3.8: a server may send several, one for each matching subscription.
TEST(DecodePublish, CountsSubscriptionIdentifiersFromAServer) {
    const Bytes bytes = bytes_from("30 0b 0003'a/b' 05 0b01 0bff7f");
    const auto decoded = decode_publish(frame_of(bytes), V5, Sender::Server);
    ASSERT_TRUE(decoded) << decoded.error().describe();
    EXPECT_EQ(decoded->properties.subscription_identifier_count, 2);
}

const char* const all_properties =
    "01 01"               // payload format
    "26 0001'k' 0001'1'"  // user property
    "02 00000e10"         // message expiry
    "23 0005"             // topic alias
    "08 0003'r/t'"        // response topic
    "09 0002 00ff"        // correlation data
    "26 0001'k' 0001'2'"  // user property
    "03 0004'text'";      // content type

TEST(MessageProperties, FindsEachOneAndWhereTheExpiryStands) {
    const Bytes section = bytes_from(all_properties);
    const auto found = decode_message_properties(section, PropertySection::Publish);
    ASSERT_TRUE(found) << found.error().describe();
    EXPECT_EQ(found->payload_format, PayloadFormat::Utf8);
    EXPECT_EQ(found->message_expiry_interval, 3600u);
    EXPECT_EQ(found->message_expiry_at, 10u);
    EXPECT_EQ(found->topic_alias, 5);
    EXPECT_EQ(found->response_topic, "r/t");
    EXPECT_EQ(text_of(found->correlation_data.value()), std::string_view("\0\xff", 2));
    EXPECT_EQ(found->content_type, "text");
    std::string users;
    for (const auto& [name, value] : found->user_properties()) {
        users.append(name).append("=").append(value).append(";");
    }
    EXPECT_EQ(users, "k=1;k=2;");
}

TEST(MessageProperties, ForwardsAllButWhatBelongsToOneHop) {
    const Bytes section = bytes_from(all_properties);
    Bytes kept = {0xaa};
    const MessageProperties forwarded =
        forwarded_properties(section, PropertySection::Publish, kept);
    EXPECT_EQ(forwarded.topic_alias, 0);
    EXPECT_EQ(forwarded.message_expiry_interval, 3600u);
    EXPECT_EQ(forwarded.raw.size(), section.size() - 3);
    EXPECT_EQ(forwarded.raw.data(), kept.data() + 1);
    EXPECT_EQ(forwarded.content_type, "text");

    const Bytes will = bytes_from("18 00000005 02 00000001");
    Bytes from_will;
    const auto published = forwarded_properties(will, PropertySection::Will, from_will);
    EXPECT_EQ(from_will, bytes_from("02 00000001"));
    EXPECT_EQ(published.message_expiry_interval, 1u);
}

TEST(EncodePublish, WritesExactBytesAndTellsWhereTheyAre) {
    const PublishParts parts{.topic = "a/b",
                             .payload = bytes_of("xyz"),
                             .properties = bytes_of({"\x02\0\0\0\x09", 5}),
                             .more_properties = bytes_of("\x0b\x07"),
                             .packet_id = 0x1234,
                             .qos = Qos::AtLeastOnce,
                             .retain = true};
    const PublishLayout layout = publish_layout(V5, parts);
    Bytes packet(layout.size);
    EXPECT_EQ(encode_publish(packet.data(), V5, parts), packet.data() + packet.size());
    EXPECT_EQ(packet, bytes_from("33 12 0003'a/b' 1234 07 02 00000009 0b07 'xyz'"));
    EXPECT_EQ(packet_id_offset(frame_of(packet)), layout.packet_id_at);
    EXPECT_EQ(packet[layout.properties_at], 0x02);
    EXPECT_EQ(packet[layout.payload_at], 'x');

    patch_packet_id(packet.data(), layout.packet_id_at, 0xfffe);
    patch_dup(packet.data());
    patch_message_expiry(packet.data(), layout.properties_at + 1, 0x01020304);
    EXPECT_EQ(packet, bytes_from("3b 12 0003'a/b' fffe 07 02 01020304 0b07 'xyz'"));
}

TEST(EncodePublish, LeavesPropertiesOutBeforeMqtt5) {
    const PublishParts parts{.topic = "t", .payload = bytes_of("1"), .properties = bytes_of("zz")};
    Bytes packet(encoded_publish_size(V3_1_1, parts));
    encode_publish(packet.data(), V3_1_1, parts);
    EXPECT_EQ(packet, bytes_from("30 04 0001't' '1'"));
}

TEST(EncodePublish, HeaderAndPayloadMayGoSeparately) {
    const std::string payload(200, 'p');
    const PublishParts parts{.topic = "t", .payload = bytes_of(payload)};
    const PublishLayout layout = publish_layout(V3_1_1, parts);
    Bytes header(layout.payload_at);
    EXPECT_EQ(encode_publish_header(header.data(), V3_1_1, parts, layout),
              header.data() + header.size());
    EXPECT_EQ(header, bytes_from("30 cb01 0001't'"));
    EXPECT_EQ(layout.size, header.size() + payload.size());
}

}  // namespace
}  // namespace gatehouse::mqtt
