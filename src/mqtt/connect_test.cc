#include "mqtt/connect.h"

#include "mqtt/packet_text.h"

namespace gatehouse::mqtt {
namespace {

using enum ProtocolVersion;

const Bytes full_v5 = packet_from(0x10,
                                  "0004'MQTT' 05 ee 003c"
                                  "1c 11 0000000a 21 0014 27 00010000 22 0005 19 01 17 00"
                                  "   15 0001'm' 16 0001 ff"
                                  "0002'id'"
                                  "12 18 00000005 01 01 02 00000009 26 0001'k' 0000"
                                  "0003'w/t' 0002 00ff"
                                  "0001'u' 0002'pw'");

TEST(DecodeConnect, ReadsEveryFieldOfMqtt5) {
    const Bytes bytes = full_v5;
    const auto connect = decode_connect(frame_of(bytes));
    ASSERT_TRUE(connect) << connect.error().describe();
    EXPECT_EQ(connect->version, V5);
    EXPECT_TRUE(connect->clean_start);
    EXPECT_EQ(connect->keep_alive, 60);
    EXPECT_EQ(connect->client_id, "id");
    EXPECT_EQ(connect->properties.session_expiry_interval, 10u);
    EXPECT_EQ(connect->properties.receive_maximum, 20);
    EXPECT_EQ(connect->properties.maximum_packet_size, 65'536u);
    EXPECT_EQ(connect->properties.topic_alias_maximum, 5);
    EXPECT_TRUE(connect->properties.request_response_information);
    EXPECT_FALSE(connect->properties.request_problem_information);
    EXPECT_EQ(connect->properties.authentication_method, "m");
    EXPECT_EQ(text_of(connect->properties.authentication_data.value()), "\xff");
    ASSERT_TRUE(connect->will);
    EXPECT_EQ(connect->will->topic, "w/t");
    EXPECT_EQ(text_of(connect->will->payload), std::string_view("\0\xff", 2));
    EXPECT_EQ(connect->will->qos, Qos::AtLeastOnce);
    EXPECT_TRUE(connect->will->retain);
    EXPECT_EQ(connect->will->properties.will_delay_interval, 5u);
    EXPECT_EQ(connect->will->properties.message_expiry_interval, 9u);
    EXPECT_EQ(*connect->will->properties.user_properties().begin(), (UserProperty{"k", ""}));
    EXPECT_EQ(connect->user_name, "u");
    EXPECT_EQ(text_of(connect->password.value()), "pw");
}

TEST(DecodeConnect, UsesTheSpecificationsDefaults) {
    const Bytes bytes = packet_from(0x10, "0004'MQTT' 05 00 0000 00 0000");
    const auto connect = decode_connect(frame_of(bytes));
    ASSERT_TRUE(connect) << connect.error().describe();
    EXPECT_EQ(connect->properties, ConnectProperties{});
    EXPECT_EQ(connect->properties.receive_maximum, 65'535);
    EXPECT_TRUE(connect->properties.request_problem_information);
    EXPECT_FALSE(connect->clean_start);
    EXPECT_FALSE(connect->will || connect->user_name || connect->password);
}

struct Good {
    const char* clause;
    const char* body;
    ProtocolVersion version;
    const char* client_id;
};

const Good good[] = {
    {"3.1.2.1 (3.1.1)", "0004'MQTT' 04 02 003c 0002'id'", V3_1_1, "id"},
    {"3.1 (V3.1)", "0006'MQIsdp' 03 02 003c 0002'id'", V3_1, "id"},
    {"MQTT-3.1.3-6, -7 (3.1.1): empty with a clean session", "0004'MQTT' 04 02 0000 0000", V3_1_1,
     ""},
    {"MQTT-3.1.3-6 (5): empty with a kept session", "0004'MQTT' 05 00 0000 00 0000", V5, ""},
    {"3.1.2.9 (5): password without user name", "0004'MQTT' 05 40 0000 00 0000 0001'p'", V5, ""},
    {"3.1 (V3.1): flags for fields that are missing", "0006'MQIsdp' 03 c2 0000 0002'id'", V3_1,
     "id"},
    {"3.1 (V3.1): the lowest flag is not used", "0006'MQIsdp' 03 03 0000 0002'id'", V3_1, "id"},
    {"MQTT-3.1.3-5: more than 23 bytes are allowed to be accepted",
     "0004'MQTT' 04 02 0000 0018'abcdefghijklmnopqrstuvwx'", V3_1_1, "abcdefghijklmnopqrstuvwx"},
};

TEST(DecodeConnect, AcceptsWhatEachVersionAllows) {
    for (const Good& row : good) {
        SCOPED_TRACE(row.clause);
        const Bytes bytes = packet_from(0x10, row.body);
        const auto connect = decode_connect(frame_of(bytes));
        ASSERT_TRUE(connect) << connect.error().describe();
        EXPECT_EQ(connect->version, row.version);
        EXPECT_EQ(connect->client_id, row.client_id);
    }
}

struct Bad {
    const char* clause;
    const char* body;
    ReasonCode reason = ReasonCode::MalformedPacket;
};

const Bad bad[] = {
    {"MQTT-3.1.2-1", "0004'MQTX' 04 02 0000 0000", ReasonCode::UnsupportedProtocolVersion},
    {"MQTT-3.1.2-1", "0004'mqtt' 04 02 0000 0000", ReasonCode::UnsupportedProtocolVersion},
    {"MQTT-3.1.2-2", "0004'MQTT' 06 02 0000 0000", ReasonCode::UnsupportedProtocolVersion},
    {"MQTT-3.1.2-2", "0004'MQTT' 03 02 0000 0000", ReasonCode::UnsupportedProtocolVersion},
    {"MQTT-3.1.2-2", "0004'MQTT' 84 02 0000 0000", ReasonCode::UnsupportedProtocolVersion},
    {"MQTT-3.1.2-1", "0006'MQIsdp' 04 02 0000 0000", ReasonCode::UnsupportedProtocolVersion},
    {"MQTT-3.1.2-3", "0004'MQTT' 04 03 0000 0002'id'"},
    {"MQTT-3.1.2-3", "0004'MQTT' 05 03 0000 00 0002'id'"},
    {"MQTT-3.1.2-13", "0004'MQTT' 04 0a 0000 0002'id'"},               // Will QoS without a will
    {"MQTT-3.1.2-11", "0004'MQTT' 05 0a 0000 00 0002'id'"},            //
    {"MQTT-3.1.2-15", "0004'MQTT' 04 22 0000 0002'id'"},               // Will Retain without a will
    {"MQTT-3.1.2-13", "0004'MQTT' 05 22 0000 00 0002'id'"},            //
    {"MQTT-3.1.2-14", "0004'MQTT' 04 1e 0000 0002'id' 0001't' 0000"},  // Will QoS 3
    {"MQTT-3.1.2-12", "0004'MQTT' 05 1e 0000 00 0002'id' 00 0001't' 0000"},  //
    {"MQTT-3.1.2-22", "0004'MQTT' 04 42 0000 0002'id' 0001'p'"},             // password alone
    {"MQTT-3.1.2-22", "0006'MQIsdp' 03 42 0000 0002'id' 0001'p'"},
    {"MQTT-3.1.3-8", "0004'MQTT' 04 00 0000 0000", ReasonCode::ClientIdentifierNotValid},
    {"3.1", "0006'MQIsdp' 03 02 0000 0000", ReasonCode::ClientIdentifierNotValid},
    {"MQTT-1.5.3-1", "0004'MQTT' 04 02 0000 0002 c0af"},
    {"MQTT-1.5.4-2", "0004'MQTT' 05 02 0000 00 0001 00"},
    {"MQTT-1.5.3-1", "0004'MQTT' 04 82 0000 0002'id' 0001 ff"},             // user name
    {"MQTT-1.5.4-1", "0004'MQTT' 05 06 0000 00 0002'id' 00 0001 ff 0000"},  // will topic
    {"MQTT-4.7.3-1", "0004'MQTT' 04 06 0000 0002'id' 0000 0000", ReasonCode::TopicNameInvalid},
    {"MQTT-3.3.2-2", "0004'MQTT' 04 06 0000 0002'id' 0001'#' 0000", ReasonCode::TopicNameInvalid},
    // MQTT-3.1.2-9, -19, -21 (3.1.1) and -9, -17, -19 (5): what the flags promise is there.
    {"MQTT-4.8.0-1", "0004'MQTT' 04 06 0000 0002'id'"},
    {"MQTT-4.8.0-1", "0004'MQTT' 04 06 0000 0002'id' 0001't'"},
    {"MQTT-4.8.0-1", "0004'MQTT' 04 82 0000 0002'id'"},
    {"MQTT-4.8.0-1", "0004'MQTT' 04 c2 0000 0002'id' 0001'u'"},
    {"MQTT-4.13.1-1", "0004'MQTT' 05 42 0000 00 0002'id'"},
    // MQTT-3.1.2-18, -20 (3.1.1): and what they do not promise is not.
    {"MQTT-4.8.0-1", "0004'MQTT' 04 02 0000 0002'id' 0001'u'"},
    {"MQTT-4.13.1-1", "0004'MQTT' 05 02 0000 00 0002'id' 00"},
    {"MQTT-4.8.0-1", "0004'MQTT' 04 02 00"},
    {"MQTT-4.8.0-1", "0004'MQTT' 04"},
    {"MQTT-4.8.0-1", "0004'MQTT'"},
    {"MQTT-4.8.0-1", "00"},
    {"3.1.2.11.10", "0004'MQTT' 05 02 0000 04 16 0001'd' 0000", ReasonCode::ProtocolError},
    {"MQTT-4.13.1-1", "0004'MQTT' 05 02 0000 05 21 0001"},  // property length over the end
};

TEST(DecodeConnect, RefusesWithTheClause) {
    for (const Bad& row : bad) {
        SCOPED_TRACE(row.body);
        const Bytes bytes = packet_from(0x10, row.body);
        const auto connect = decode_connect(frame_of(bytes));
        ASSERT_FALSE(connect);
        EXPECT_EQ(connect.error().clause, row.clause) << connect.error().describe();
        EXPECT_EQ(connect.error().reason, row.reason) << connect.error().describe();
    }
}

TEST(DecodeConnect, NamesTheFieldThatIsUnknown) {
    const auto subject = [](std::string_view body) {
        return decode_connect(frame_of(packet_from(0x10, body))).error().subject;
    };
    EXPECT_EQ(subject("0004'MQTX' 04 02 0000 0000"), "Protocol Name");
    EXPECT_EQ(subject("0004'MQTT' 06 02 0000 0000"), "Protocol Version");
    EXPECT_EQ(subject("0006'MQIsdp' 04 02 0000 0000"), "Protocol Version");
}

TEST(DecodeConnect, RefusesEveryTruncation) {
    Bytes whole = full_v5;
    const std::size_t body_size = whole.size() - 2;
    for (std::size_t size = 0; size < body_size; ++size) {
        Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(2 + size));
        cut[1] = static_cast<std::uint8_t>(size);
        EXPECT_FALSE(decode_connect(frame_of(cut))) << size;
    }
}

TEST(AnswerVersion, IsTheOneAskedForOrTheNearest) {
    const std::pair<const char*, std::optional<ProtocolVersion>> rows[] = {
        {"0006'MQIsdp' 03 03", V3_1}, {"0004'MQTT' 04 01 0000", V3_1_1},
        {"0004'MQTT' 05", V5},        {"0004'MQTT' 06 02", V5},
        {"0004'MQTT' 03", V3_1_1},    {"0004'MQTT' 84", V3_1_1},
        {"0006'MQIsdp' 04", V3_1},    {"0003'GET' 20", std::nullopt},
        {"0004'MQTT'", std::nullopt}, {"", std::nullopt},
    };
    for (const auto& [body, version] : rows) {
        const Bytes bytes = packet_from(0x10, body);
        EXPECT_EQ(answer_version(frame_of(bytes)), version) << body;
    }
}

TEST(EncodeConnect, WritesExactBytes) {
    Bytes out;
    encode(Connect{.version = V3_1_1,
                   .clean_start = true,
                   .keep_alive = 60,
                   .client_id = "id",
                   .will = Will{.topic = "w", .payload = bytes_of("x"), .qos = Qos::AtLeastOnce},
                   .user_name = "u",
                   .password = bytes_of("p")},
           out);
    EXPECT_EQ(out,
              packet_from(0x10, "0004'MQTT' 04 ce 003c 0002'id' 0001'w' 0001'x' 0001'u' 0001'p'"));
    out.clear();
    encode(Connect{.version = V5,
                   .clean_start = false,
                   .client_id = "",
                   .properties = {.session_expiry_interval = 1}},
           out);
    EXPECT_EQ(out, packet_from(0x10, "0004'MQTT' 05 00 0000 05 11 00000001 0000"));
    out.clear();
    encode(Connect{.version = V3_1, .client_id = "i"}, out);
    EXPECT_EQ(out, packet_from(0x10, "0006'MQIsdp' 03 02 0000 0001'i'"));
}

TEST(OwnedConnect, OutlivesTheBufferAndMoves) {
    Bytes bytes = full_v5;
    auto owned = OwnedConnect::decode(frame_of(bytes));
    ASSERT_TRUE(owned);
    bytes.assign(bytes.size(), 0);
    const OwnedConnect moved = std::move(*owned);
    EXPECT_EQ(moved->client_id, "id");
    EXPECT_EQ(moved->will->topic, "w/t");
    EXPECT_EQ((*moved).user_name, "u");
    EXPECT_FALSE(OwnedConnect::decode(frame_of(bytes_from("10 00"))));
}

}  // namespace
}  // namespace gatehouse::mqtt
