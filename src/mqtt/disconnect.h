// DISCONNECT and AUTH.
//
// Views in a decoded packet point into the frame.
// Source: MQTT 3.1.1 section 3.14, MQTT 5 sections 3.14 and 3.15.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "mqtt/ack.h"
#include "mqtt/decode_error.h"
#include "mqtt/frame.h"
#include "mqtt/property.h"
#include "mqtt/protocol.h"
#include "mqtt/reason_code.h"

namespace gatehouse::mqtt {

struct Disconnect {
    ReasonCode reason = ReasonCode::Success;
    // MQTT 5:
    std::optional<std::uint32_t> session_expiry_interval;  // seconds; from a client only
    std::optional<std::string_view> server_reference;
    ReasonProperties properties;

    bool operator==(const Disconnect&) const = default;
};

// MQTT 5 only.
struct Auth {
    ReasonCode reason = ReasonCode::Success;
    // Absent only in the shortest form, which says Success without properties.
    std::optional<std::string_view> authentication_method;
    std::optional<BytesView> authentication_data;
    ReasonProperties properties;

    bool operator==(const Auth& other) const;
};

// Requires: frame.type() == Disconnect. Before MQTT 5 there is nothing in it, and only clients
// send it.
Decoded<Disconnect> decode_disconnect(const Frame& frame, ProtocolVersion version,
                                      Sender sender = Sender::Client);
// Requires: frame.type() == Auth and an MQTT 5 conversation.
Decoded<Auth> decode_auth(const Frame& frame, Sender sender = Sender::Client);

// Each appends the packet in its shortest form. Requires: a code that the packet may carry.
void encode(const Disconnect& disconnect, ProtocolVersion version, Bytes& out);
void encode(const Auth& auth, Bytes& out);

}  // namespace gatehouse::mqtt
