// CONNECT: who wants in, and how the conversation is to be held.
//
// Views in a decoded packet point into the frame; OwnedConnect keeps a copy of the frame.
// Source: MQTT 3.1.1 and MQTT 5 section 3.1; MQTT V3.1 section 3.1.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "mqtt/decode_error.h"
#include "mqtt/frame.h"
#include "mqtt/property.h"
#include "mqtt/protocol.h"
#include "mqtt/publish.h"

namespace gatehouse::mqtt {

// Absent properties have the value that the specification gives them.
struct ConnectProperties {
    std::uint32_t session_expiry_interval = 0;  // seconds; 0xffffffff: never
    std::uint16_t receive_maximum = 65'535;
    std::uint32_t maximum_packet_size = packet_size_max;
    std::uint16_t topic_alias_maximum = 0;
    bool request_response_information = false;
    bool request_problem_information = true;
    std::optional<std::string_view> authentication_method;
    std::optional<BytesView> authentication_data;
    UserProperties user_properties;

    bool operator==(const ConnectProperties& other) const;
};

struct Will {
    std::string_view topic;
    BytesView payload;
    MessageProperties properties;  // MQTT 5; the raw section may hold the will delay
    Qos qos = Qos::AtMostOnce;
    bool retain = false;

    bool operator==(const Will& other) const;
};

struct Connect {
    ProtocolVersion version = ProtocolVersion::V3_1_1;
    bool clean_start = true;       // "clean session" before MQTT 5
    std::uint16_t keep_alive = 0;  // seconds; 0: none
    std::string_view client_id;    // may be empty where the specification allows it
    ConnectProperties properties;  // MQTT 5
    std::optional<Will> will;
    std::optional<std::string_view> user_name;
    std::optional<BytesView> password;

    bool operator==(const Connect& other) const;
};

// Requires: frame.type() == Connect.
//
// A protocol name or level that is not 3.1, 3.1.1 or 5 fails with UnsupportedProtocolVersion; an
// empty client id that the version or the flags forbid, with ClientIdentifierNotValid.
Decoded<Connect> decode_connect(const Frame& frame);

// The version in which a CONNECT that does not decode should be answered: the one it asks for if
// that can be read, MQTT 5 for later levels; empty if it is no CONNECT of any MQTT.
std::optional<ProtocolVersion> answer_version(const Frame& frame);

// Appends the packet. Requires: valid values (see decode_connect).
void encode(const Connect& connect, Bytes& out);

// A CONNECT that outlives the buffer it arrived in. Moves, does not copy.
class OwnedConnect {
public:
    // Copies the frame and decodes the copy.
    static Decoded<OwnedConnect> decode(const Frame& frame);

    OwnedConnect(OwnedConnect&&) = default;
    OwnedConnect& operator=(OwnedConnect&&) = default;

    const Connect& operator*() const { return connect_; }
    const Connect* operator->() const { return &connect_; }

private:
    OwnedConnect() = default;

    // Its storage does not move with the object, so the views stay good. (A std::string could
    // keep short contents inside itself.)
    Bytes bytes_;
    Connect connect_;
};

}  // namespace gatehouse::mqtt
