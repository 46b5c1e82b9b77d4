// The words of MQTT: versions, packet types, qualities of service, who sends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gatehouse::mqtt {

// Numbered as the protocol level byte of CONNECT.
enum class ProtocolVersion : std::uint8_t { V3_1 = 3, V3_1_1 = 4, V5 = 5 };
// "3.1", "3.1.1" or "5".
std::string_view name_of(ProtocolVersion version);

// Numbered as the upper half of a packet's first byte.
enum class PacketType : std::uint8_t {
    Connect = 1,
    Connack = 2,
    Publish = 3,
    Puback = 4,
    Pubrec = 5,
    Pubrel = 6,
    Pubcomp = 7,
    Subscribe = 8,
    Suback = 9,
    Unsubscribe = 10,
    Unsuback = 11,
    Pingreq = 12,
    Pingresp = 13,
    Disconnect = 14,
    Auth = 15,  // MQTT 5 only
};
// "CONNECT", "PUBLISH" and so on; "reserved" for 0.
std::string_view name_of(PacketType type);

enum class Qos : std::uint8_t { AtMostOnce = 0, AtLeastOnce = 1, ExactlyOnce = 2 };

// Which end of the connection a packet comes from. Some rules of MQTT 5 depend on it.
enum class Sender : std::uint8_t { Client, Server };

using PacketId = std::uint16_t;  // 0 is never valid on the wire

// MQTT 5 section 2.1.4: a remaining length takes at most four bytes.
inline constexpr std::uint32_t remaining_length_max = 268'435'455;
inline constexpr std::uint32_t packet_size_max = remaining_length_max + 5;
// Strings and binary data carry a length of two bytes.
inline constexpr std::size_t string_size_max = 65'535;
// MQTT 3.1, CONNECT: longer identifiers are rejected with return code 2. The decoder does not
// enforce it, because most servers and clients of 3.1 do not either.
inline constexpr std::size_t client_id_chars_max_v3_1 = 23;

}  // namespace gatehouse::mqtt
