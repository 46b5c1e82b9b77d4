// SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK.
//
// Views in a decoded packet point into the frame; the lists are vectors, whose size is bounded
// by that of the packet.
// Source: MQTT 3.1.1 and MQTT 5 sections 3.8-3.11.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "mqtt/ack.h"
#include "mqtt/decode_error.h"
#include "mqtt/frame.h"
#include "mqtt/property.h"
#include "mqtt/protocol.h"
#include "mqtt/reason_code.h"

namespace gatehouse::mqtt {

enum class RetainHandling : std::uint8_t {
    Send = 0,       // retained messages are sent at every subscribe
    SendIfNew = 1,  // only if the subscription did not exist
    DoNotSend = 2,
};

struct Subscription {
    std::string_view filter;  // valid by check_topic_filter()
    Qos qos = Qos::AtMostOnce;
    // MQTT 5:
    bool no_local = false;
    bool retain_as_published = false;
    RetainHandling retain_handling = RetainHandling::Send;

    bool operator==(const Subscription&) const = default;
};

struct Subscribe {
    PacketId packet_id = 0;
    std::optional<std::uint32_t> subscription_identifier;  // MQTT 5; 1 to 268,435,455
    UserProperties user_properties;                        // MQTT 5
    std::vector<Subscription> subscriptions;               // at least one

    bool operator==(const Subscribe&) const = default;
};

struct Suback {
    PacketId packet_id = 0;
    ReasonProperties properties;  // MQTT 5
    // One a subscription, in the same order. 3.1 and 3.1.1: granted(qos) or UnspecifiedError.
    std::vector<ReasonCode> reasons;

    bool operator==(const Suback&) const = default;
};

struct Unsubscribe {
    PacketId packet_id = 0;
    UserProperties user_properties;         // MQTT 5
    std::vector<std::string_view> filters;  // at least one, valid by check_topic_filter()

    bool operator==(const Unsubscribe&) const = default;
};

struct Unsuback {
    PacketId packet_id = 0;
    ReasonProperties properties;      // MQTT 5
    std::vector<ReasonCode> reasons;  // MQTT 5: one a filter; empty before

    bool operator==(const Unsuback&) const = default;
};

// Each requires a frame of its type. Shared subscriptions are checked in MQTT 5; before, "$share"
// is a level like any other, and a broker that offers them there checks for itself.
Decoded<Subscribe> decode_subscribe(const Frame& frame, ProtocolVersion version);
Decoded<Suback> decode_suback(const Frame& frame, ProtocolVersion version);
Decoded<Unsubscribe> decode_unsubscribe(const Frame& frame, ProtocolVersion version);
Decoded<Unsuback> decode_unsuback(const Frame& frame, ProtocolVersion version);

// Each appends the packet. Requires: valid values. A SUBACK to 3.1 or 3.1.1 writes every failure
// as 0x80.
void encode(const Subscribe& subscribe, ProtocolVersion version, Bytes& out);
void encode(const Suback& suback, ProtocolVersion version, Bytes& out);
void encode(const Unsubscribe& unsubscribe, ProtocolVersion version, Bytes& out);
void encode(const Unsuback& unsuback, ProtocolVersion version, Bytes& out);

}  // namespace gatehouse::mqtt
