// Test support: packets written as hexadecimal text, and frames of them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/encoding.h"
#include "mqtt/frame.h"

namespace gatehouse::mqtt {

// "10 04 'MQTT'": hexadecimal bytes, and text between apostrophes as it is.
inline Bytes bytes_from(std::string_view notation) {
    Bytes bytes;
    std::string digits;
    bool quoted = false;
    for (const char c : notation) {
        if (c == '\'') {
            quoted = !quoted;
        } else if (quoted) {
            bytes.push_back(static_cast<std::uint8_t>(c));
        } else if (c != ' ') {
            digits += c;
            if (digits.size() == 2) {
                bytes.push_back(from_hex(digits).value().front());
                digits.clear();
            }
        }
    }
    EXPECT_TRUE(digits.empty() && !quoted) << notation;
    return bytes;
}

// The one packet that the bytes are. They must outlive the frame.
inline Frame frame_of(BytesView bytes) {
    const FrameScan scan = find_frame(bytes, packet_size_max);
    EXPECT_EQ(scan.status, FrameStatus::Complete) << to_hex(bytes);
    EXPECT_EQ(scan.frame.size, bytes.size()) << to_hex(bytes);
    return scan.frame;
}

// First byte and body; the remaining length is put between.
inline Bytes packet_from(std::uint8_t first_byte, std::string_view body_notation) {
    const Bytes body = bytes_from(body_notation);
    Bytes packet(1 + 4);
    packet[0] = first_byte;
    const std::uint8_t* end =
        write_variable_int(packet.data() + 1, static_cast<std::uint32_t>(body.size()));
    packet.resize(static_cast<std::size_t>(end - packet.data()));
    packet.insert(packet.end(), body.begin(), body.end());
    return packet;
}

}  // namespace gatehouse::mqtt
