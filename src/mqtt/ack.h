// PUBACK, PUBREC, PUBREL and PUBCOMP: one shape. Also the ping packets, which are constants.
//
// Views in a decoded packet point into the frame.
// Source: MQTT 3.1.1 and MQTT 5 sections 3.4-3.7, 3.12, 3.13.
#pragma once

#include <array>
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

// The properties of every acknowledgement of MQTT 5.
struct ReasonProperties {
    std::optional<std::string_view> reason_string;
    UserProperties user_properties;

    bool operator==(const ReasonProperties&) const = default;
};
Decoded<ReasonProperties> decode_reason_properties(BytesView section, PropertySection where);
// Appends the section with its length.
void encode(const ReasonProperties& properties, Bytes& out);

struct Ack {
    PacketType type = PacketType::Puback;  // Puback, Pubrec, Pubrel or Pubcomp
    PacketId packet_id = 0;
    ReasonCode reason = ReasonCode::Success;  // MQTT 5
    ReasonProperties properties;              // MQTT 5

    bool operator==(const Ack&) const = default;
};

// Requires: frame.type() is one of the four.
Decoded<Ack> decode_ack(const Frame& frame, ProtocolVersion version);

// The packet identifier of an acknowledgement in its four-byte form, which says success in every
// version: the form that nearly all have. 0 if decode_ack() must look at it (any other form, and
// every mistake). Requires: frame.type() is one of the four.
inline PacketId read_short_ack(const Frame& frame) {
    const std::uint8_t flags = frame.type() == PacketType::Pubrel ? 2 : 0;
    if (frame.size != 4 || frame.header_size != 2 || frame.flags() != flags) return 0;
    return static_cast<PacketId>(frame.data[2] << 8 | frame.data[3]);
}

// Appends the packet, MQTT 5 in its shortest form.
void encode(const Ack& ack, ProtocolVersion version, Bytes& out);

inline constexpr std::size_t short_ack_size = 4;
// Writes an acknowledgement that says success: four bytes in every version (MQTT 5 leaves reason
// code and properties out). Returns the place behind it.
inline std::uint8_t* encode_short_ack(std::uint8_t* out, PacketType type, PacketId packet_id) {
    out[0] = static_cast<std::uint8_t>(static_cast<std::uint8_t>(type) << 4 |
                                       (type == PacketType::Pubrel ? 2 : 0));
    out[1] = 2;
    out[2] = static_cast<std::uint8_t>(packet_id >> 8);
    out[3] = static_cast<std::uint8_t>(packet_id);
    return out + short_ack_size;
}

inline constexpr std::size_t reason_ack_size = 5;
// MQTT 5: the same with a reason code, five bytes.
inline std::uint8_t* encode_reason_ack(std::uint8_t* out, PacketType type, PacketId packet_id,
                                       ReasonCode reason) {
    encode_short_ack(out, type, packet_id);
    out[1] = 3;
    out[4] = value_of(reason);
    return out + reason_ack_size;
}

inline constexpr std::array<std::uint8_t, 2> pingreq_packet = {0xc0, 0x00};
inline constexpr std::array<std::uint8_t, 2> pingresp_packet = {0xd0, 0x00};

// Requires: frame.type() is Pingreq or Pingresp.
Decoded<void> decode_ping(const Frame& frame, ProtocolVersion version);

}  // namespace gatehouse::mqtt
