// CONNACK: the server's answer to CONNECT.
//
// Views in a decoded packet point into the frame.
// Source: MQTT 3.1.1 and MQTT 5 section 3.2; MQTT V3.1 section 3.2.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "mqtt/decode_error.h"
#include "mqtt/frame.h"
#include "mqtt/property.h"
#include "mqtt/protocol.h"
#include "mqtt/reason_code.h"

namespace gatehouse::mqtt {

// What an absent property means is said in MQTT 5 section 3.2.2.3; fields without std::optional
// hold that meaning and are left out of the packet when they have it.
struct ConnackProperties {
    std::optional<std::uint32_t> session_expiry_interval;  // seconds; absent: as requested
    std::uint16_t receive_maximum = 65'535;
    Qos maximum_qos = Qos::ExactlyOnce;
    bool retain_available = true;
    std::uint32_t maximum_packet_size = packet_size_max;
    std::optional<std::string_view> assigned_client_identifier;
    std::uint16_t topic_alias_maximum = 0;
    std::optional<std::string_view> reason_string;
    bool wildcard_subscription_available = true;
    bool subscription_identifier_available = true;
    bool shared_subscription_available = true;
    std::optional<std::uint16_t> server_keep_alive;  // seconds; absent: as requested
    std::optional<std::string_view> response_information;
    std::optional<std::string_view> server_reference;
    std::optional<std::string_view> authentication_method;
    std::optional<BytesView> authentication_data;
    UserProperties user_properties;

    bool operator==(const ConnackProperties& other) const;
};

struct Connack {
    bool session_present = false;  // not in MQTT 3.1
    // In 3.1 and 3.1.1 goes over the wire as connect_return_code().
    ReasonCode reason = ReasonCode::Success;
    ConnackProperties properties;  // MQTT 5

    bool operator==(const Connack&) const = default;
};

// Requires: frame.type() == Connack.
Decoded<Connack> decode_connack(const Frame& frame, ProtocolVersion version);

// Appends the packet. Requires: a code that CONNACK may carry, for 3.1 and 3.1.1 one that has a
// return code; session_present only with Success.
void encode(const Connack& connack, ProtocolVersion version, Bytes& out);

}  // namespace gatehouse::mqtt
