// Finding one packet in a run of bytes: first byte and remaining length, nothing more.
//
// Pure and inline: called once a packet on the hot path. Views point into the caller's bytes.
// Source: MQTT 3.1.1 section 2.2, MQTT 5 section 2.1.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "mqtt/decode_error.h"
#include "mqtt/protocol.h"

namespace gatehouse::mqtt {

// One whole packet as it stands in a buffer; valid as long as the buffer is.
struct Frame {
    const std::uint8_t* data = nullptr;
    std::uint32_t size = 0;         // first byte, remaining length and what follows
    std::uint32_t header_size = 0;  // 2-5: first byte and remaining length

    std::uint8_t first_byte() const { return data[0]; }
    PacketType type() const { return static_cast<PacketType>(data[0] >> 4); }
    std::uint8_t flags() const { return data[0] & 0x0f; }
    BytesView bytes() const { return {data, size}; }
    // Variable header and payload.
    BytesView body() const { return {data + header_size, size - header_size}; }
    // Whether the remaining length takes more bytes than it needs, which MQTT 5 forbids and
    // MQTT 3.1.1 does not [MQTT-1.5.5-1].
    bool has_overlong_length() const { return header_size > 2 && data[header_size - 1] == 0; }
};

enum class FrameStatus : std::uint8_t {
    Complete,
    NeedMore,   // frame.size is the whole size where it is known already, else 0
    Malformed,  // the remaining length does not end after four bytes
    TooLarge,   // frame.size says how large; none of the body needs to have arrived
};

struct FrameScan {
    FrameStatus status = FrameStatus::NeedMore;
    Frame frame;
};

namespace detail {

// Remaining lengths of two to four bytes.
inline FrameScan find_long_frame(BytesView bytes, std::uint32_t size_max) {
    std::uint32_t length = 0;
    for (std::uint32_t i = 0; i < 4; ++i) {
        if (bytes.size() < i + 2) return {FrameStatus::NeedMore, {bytes.data(), 0, 0}};
        const std::uint8_t byte = bytes[i + 1];
        length |= static_cast<std::uint32_t>(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            const Frame frame{bytes.data(), length + i + 2, i + 2};
            if (frame.size > size_max) return {FrameStatus::TooLarge, frame};
            if (frame.size > bytes.size()) return {FrameStatus::NeedMore, frame};
            return {FrameStatus::Complete, frame};
        }
    }
    return {FrameStatus::Malformed, {bytes.data(), 0, 0}};
}

}  // namespace detail

// The packet that the bytes start with. size_max bounds the whole packet, header included.
inline FrameScan find_frame(BytesView bytes, std::uint32_t size_max) {
    if (bytes.size() < 2) return {FrameStatus::NeedMore, {bytes.data(), 0, 0}};
    const std::uint32_t length = bytes[1];
    if (length >= 0x80) [[unlikely]]
        return detail::find_long_frame(bytes, size_max);
    const Frame frame{bytes.data(), length + 2, 2};
    if (frame.size > size_max) [[unlikely]]
        return {FrameStatus::TooLarge, frame};
    if (frame.size > bytes.size()) return {FrameStatus::NeedMore, frame};
    return {FrameStatus::Complete, frame};
}

// What to say about bytes that are Malformed or TooLarge.
constexpr DecodeError frame_error(FrameStatus status, ProtocolVersion version) {
    if (status == FrameStatus::TooLarge) {
        return {ReasonCode::PacketTooLarge, clause(version, "2.2.3", "3.1.2.11.4"),
                "Remaining Length", "the packet is larger than accepted here"};
    }
    return {ReasonCode::MalformedPacket, clause(version, "2.2.3", "1.5.5"), "Remaining Length",
            "does not end after four bytes"};
}

// How many bytes a remaining length or other variable byte integer takes (1-4).
constexpr std::uint32_t variable_int_size(std::uint32_t value) {
    return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : 4;
}

// Writes it and returns the place behind it. Requires: value <= remaining_length_max.
inline std::uint8_t* write_variable_int(std::uint8_t* out, std::uint32_t value) {
    while (value >= 0x80) {
        *out++ = static_cast<std::uint8_t>(value | 0x80);
        value >>= 7;
    }
    *out++ = static_cast<std::uint8_t>(value);
    return out;
}

}  // namespace gatehouse::mqtt
