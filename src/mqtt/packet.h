// Any packet: for tools, tests and everything that is not the hot path.
#pragma once

#include <variant>

#include "base/bytes.h"
#include "mqtt/ack.h"
#include "mqtt/connack.h"
#include "mqtt/connect.h"
#include "mqtt/decode_error.h"
#include "mqtt/disconnect.h"
#include "mqtt/frame.h"
#include "mqtt/publish.h"
#include "mqtt/subscribe.h"

namespace gatehouse::mqtt {

struct Pingreq {
    bool operator==(const Pingreq&) const = default;
};
struct Pingresp {
    bool operator==(const Pingresp&) const = default;
};

using Packet = std::variant<Connect, Connack, Publish, Ack, Subscribe, Suback, Unsubscribe,
                            Unsuback, Pingreq, Pingresp, Disconnect, Auth>;

// Decodes by the packet's own type. Views point into the frame. A CONNECT brings its own version.
Decoded<Packet> decode_packet(const Frame& frame, ProtocolVersion version, Sender sender);

// Appends the packet. Requires: valid for the version.
void encode(const Packet& packet, ProtocolVersion version, Bytes& out);

PacketType type_of(const Packet& packet);

// Appends the packet if it is at most size_max bytes; if it is not, leaves out first the user
// properties and then the reason string, which a receiver can do without [MQTT-3.2.2-19,
// MQTT-3.2.2-20 and the like for every other answer]. False: too large even so, nothing appended.
[[nodiscard]] bool encode_within(Connack connack, ProtocolVersion version, std::uint32_t size_max,
                                 Bytes& out);
[[nodiscard]] bool encode_within(Ack ack, ProtocolVersion version, std::uint32_t size_max,
                                 Bytes& out);
[[nodiscard]] bool encode_within(Suback suback, ProtocolVersion version, std::uint32_t size_max,
                                 Bytes& out);
[[nodiscard]] bool encode_within(Unsuback unsuback, ProtocolVersion version, std::uint32_t size_max,
                                 Bytes& out);
[[nodiscard]] bool encode_within(Disconnect disconnect, ProtocolVersion version,
                                 std::uint32_t size_max, Bytes& out);

}  // namespace gatehouse::mqtt
