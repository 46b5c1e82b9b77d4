// PUBLISH, the packet that matters for speed: decoding without allocation, encoding straight
// into a caller's buffer, patching frames that are encoded already.
//
// Views in a decoded packet point into the frame.
// Source: MQTT 3.1.1 and MQTT 5 section 3.3.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "mqtt/decode_error.h"
#include "mqtt/frame.h"
#include "mqtt/property.h"
#include "mqtt/protocol.h"

namespace gatehouse::mqtt {

enum class PayloadFormat : std::uint8_t { Unspecified = 0, Utf8 = 1 };

// The properties of a message. `raw` is what goes over the wire; the fields are found in it.
// An encoder writes `raw` and looks at nothing else, so that a broker forwards what it received.
struct MessageProperties {
    BytesView raw;  // the checked section, without its length
    std::optional<PayloadFormat> payload_format;
    std::optional<std::uint32_t> message_expiry_interval;  // seconds
    std::uint32_t message_expiry_at = 0;                   // where its four bytes begin in `raw`
    std::uint16_t topic_alias = 0;                         // 0: none
    std::uint16_t subscription_identifier_count = 0;       // saturates at 65,535
    std::uint32_t will_delay_interval = 0;                 // seconds; of a will only
    std::optional<std::string_view> content_type;
    std::optional<std::string_view> response_topic;
    std::optional<BytesView> correlation_data;

    UserProperties user_properties() const { return UserProperties(raw); }
    // Same bytes on the wire.
    bool operator==(const MessageProperties& other) const {
        return text_of(raw) == text_of(other.raw);
    }
};

// Reads and checks a section of a PUBLISH or of a will.
Decoded<MessageProperties> decode_message_properties(BytesView section, PropertySection where);

// Appends the section to `out` without what belongs to one hop only: topic alias, subscription
// identifiers, will delay. The answer views `out`. Of a section that is none of a PUBLISH or a will
// only what stands before the first fault goes on. Requires: it does not lie in `out`.
MessageProperties forwarded_properties(BytesView section, PropertySection where, Bytes& out);

struct Publish {
    std::string_view topic;  // MQTT 5: empty when the topic alias stands for it
    BytesView payload;
    MessageProperties properties;  // MQTT 5
    PacketId packet_id = 0;        // 0 for QoS 0
    Qos qos = Qos::AtMostOnce;
    bool retain = false;
    bool dup = false;

    bool operator==(const Publish& other) const;
};

// Requires: frame.type() == Publish.
Decoded<Publish> decode_publish(const Frame& frame, ProtocolVersion version,
                                Sender sender = Sender::Client);

// A PUBLISH to be encoded. Nothing is checked: the caller's values are valid, e.g. because they
// were decoded.
struct PublishParts {
    std::string_view topic;
    BytesView payload;
    // MQTT 5: two runs of encoded properties, written one after the other: the message's own,
    // and the receiver's (its subscription identifiers, a topic alias).
    BytesView properties;
    BytesView more_properties;
    PacketId packet_id = 0;
    Qos qos = Qos::AtMostOnce;
    bool retain = false;
    bool dup = false;
};

// Where everything of an encoded PUBLISH stands, in bytes from the start of the packet.
struct PublishLayout {
    std::uint32_t size = 0;  // of the whole packet
    std::uint32_t remaining_length = 0;
    std::uint32_t packet_id_at = 0;   // meaningful for QoS 1 and 2
    std::uint32_t properties_at = 0;  // MQTT 5: the first byte behind the property length
    std::uint32_t payload_at = 0;     // equals the size of everything before the payload
};

// The packet is too large for MQTT if remaining_length > remaining_length_max; a topic is at most
// string_size_max bytes (both are the caller's to check where they can occur).
inline PublishLayout publish_layout(ProtocolVersion version, const PublishParts& parts) {
    const std::uint32_t id_size = parts.qos == Qos::AtMostOnce ? 0 : 2;
    const auto topic_size = static_cast<std::uint32_t>(parts.topic.size());
    std::uint32_t header = 2 + topic_size + id_size;
    std::uint32_t properties_size = 0;
    if (version == ProtocolVersion::V5) {
        properties_size =
            static_cast<std::uint32_t>(parts.properties.size() + parts.more_properties.size());
        header += variable_int_size(properties_size);
    }
    PublishLayout layout;
    layout.remaining_length =
        header + properties_size + static_cast<std::uint32_t>(parts.payload.size());
    const std::uint32_t fixed = 1 + variable_int_size(layout.remaining_length);
    layout.size = fixed + layout.remaining_length;
    layout.packet_id_at = fixed + 2 + topic_size;
    layout.properties_at = fixed + header;
    layout.payload_at = layout.properties_at + properties_size;
    return layout;
}

inline std::size_t encoded_publish_size(ProtocolVersion version, const PublishParts& parts) {
    return publish_layout(version, parts).size;
}

namespace detail {

inline std::uint8_t* append(std::uint8_t* out, const void* data, std::size_t size) {
    if (size != 0) std::memcpy(out, data, size);
    return out + size;
}
inline std::uint8_t* append_u16(std::uint8_t* out, std::size_t value) {
    out[0] = static_cast<std::uint8_t>(value >> 8);
    out[1] = static_cast<std::uint8_t>(value);
    return out + 2;
}

}  // namespace detail

// Writes everything before the payload (layout.payload_at bytes) and returns the place behind it,
// for those who send the payload from where it is.
// Requires: room, and `layout` is publish_layout(version, parts).
inline std::uint8_t* encode_publish_header(std::uint8_t* out, ProtocolVersion version,
                                           const PublishParts& parts, const PublishLayout& layout) {
    *out++ = static_cast<std::uint8_t>(0x30 | (parts.dup ? 8 : 0) |
                                       static_cast<std::uint8_t>(parts.qos) << 1 |
                                       (parts.retain ? 1 : 0));
    out = write_variable_int(out, layout.remaining_length);
    out = detail::append_u16(out, parts.topic.size());
    out = detail::append(out, parts.topic.data(), parts.topic.size());
    if (parts.qos != Qos::AtMostOnce) out = detail::append_u16(out, parts.packet_id);
    if (version == ProtocolVersion::V5) {
        out = write_variable_int(out, layout.payload_at - layout.properties_at);
        out = detail::append(out, parts.properties.data(), parts.properties.size());
        out = detail::append(out, parts.more_properties.data(), parts.more_properties.size());
    }
    return out;
}

// Writes the whole packet (layout.size bytes) and returns the place behind it.
inline std::uint8_t* encode_publish(std::uint8_t* out, ProtocolVersion version,
                                    const PublishParts& parts, const PublishLayout& layout) {
    out = encode_publish_header(out, version, parts, layout);
    return detail::append(out, parts.payload.data(), parts.payload.size());
}
inline std::uint8_t* encode_publish(std::uint8_t* out, ProtocolVersion version,
                                    const PublishParts& parts) {
    return encode_publish(out, version, parts, publish_layout(version, parts));
}

// Appends the packet.
void encode(const Publish& publish, ProtocolVersion version, Bytes& out);

// Changing a packet that is encoded already. `packet` points at its first byte.
// Requires for the packet identifier: QoS 1 or 2.
inline void patch_packet_id(std::uint8_t* packet, std::uint32_t packet_id_at, PacketId id) {
    detail::append_u16(packet + packet_id_at, id);
}
inline void patch_dup(std::uint8_t* packet) {
    packet[0] |= 8;
}
// `expiry_at` is layout.properties_at + properties.message_expiry_at.
inline void patch_message_expiry(std::uint8_t* packet, std::uint32_t expiry_at,
                                 std::uint32_t seconds) {
    detail::append_u16(detail::append_u16(packet + expiry_at, seconds >> 16), seconds & 0xffff);
}
// Where the packet identifier of an encoded PUBLISH with QoS 1 or 2 stands.
inline std::uint32_t packet_id_offset(const Frame& frame) {
    const std::uint8_t* topic = frame.data + frame.header_size;
    return frame.header_size + 2 + static_cast<std::uint32_t>(topic[0] << 8 | topic[1]);
}

}  // namespace gatehouse::mqtt
