// Reason strings of MQTT 5: what a refusal says to people, in the packet that tells it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "mqtt/protocol.h"
#include "mqtt/reason_code.h"

namespace gatehouse::gateway {

// The reason as it may be sent: at most 1,024 bytes, since clients' buffers are small, and no part
// of a character; none for an empty reason or one that is no text [MQTT-1.5.4-1].
std::optional<std::string_view> sendable_reason(std::string_view reason);

// A CONNACK as its client reads it, for traces: a reason code, or the return code of 3.1 and 3.1.1.
// Without a version the connection is closed instead.
std::string text_of_connack(std::optional<mqtt::ProtocolVersion> version, mqtt::ReasonCode reason);

// The packet on the wire, with the reason unless that makes it larger than `bytes_max`, the
// client's Maximum Packet Size [MQTT-3.2.2-19, 3.4.2-2, 3.5.2-2, 3.9.2-1, 3.14.2-3].
template <class Packet>
Bytes encode_with_reason(Packet packet, std::string_view reason, mqtt::ProtocolVersion version,
                         std::uint32_t bytes_max) {
    Bytes bytes;
    packet.properties.reason_string = sendable_reason(reason);
    encode(packet, version, bytes);
    if (packet.properties.reason_string && bytes.size() > bytes_max) {
        bytes.clear();
        packet.properties.reason_string.reset();
        encode(packet, version, bytes);
    }
    return bytes;
}

}  // namespace gatehouse::gateway
