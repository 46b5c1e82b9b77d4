// What a client begins with where MQTT is spoken (MQTT-3.1.0-1), told by its first bytes.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "mqtt/frame.h"

namespace gatehouse::gateway {

inline bool begins_connect(BytesView input) {
    constexpr std::uint8_t connect_first = 0x10;
    return !input.empty() && input.front() == connect_first;
}

// A sentence, for what begins no CONNECT or one whose frame is not complete.
inline std::string_view why_no_connect(BytesView input, mqtt::FrameStatus status) {
    constexpr std::uint8_t tls_handshake = 0x16;
    constexpr std::uint8_t tls_major_version = 3;
    if (input.size() > 1 && input[0] == tls_handshake && input[1] == tls_major_version) {
        return "the client speaks TLS on the port for MQTT without TLS";
    }
    if (begins_connect(input) && status == mqtt::FrameStatus::TooLarge) {
        return "the CONNECT is larger than the service takes";
    }
    return "the first packet is no CONNECT [MQTT-3.1.0-1]";
}

}  // namespace gatehouse::gateway
