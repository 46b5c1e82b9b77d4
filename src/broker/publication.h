// One message on its way from a publisher to the sessions that shall have it, as views.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "mqtt/protocol.h"

namespace gatehouse::broker {

// Message expiry of a message that does not expire.
inline constexpr std::uint32_t never_expires = 0xFFFF'FFFF;

enum class Retain : std::uint8_t { No, Yes };

class HeldParts;

// A packet id of QoS 2 that a session holds, on disk (journal.h).
struct HeldId {
    std::uint64_t holder = 0;  // the session's number on disk; 0: there is none
    std::uint64_t use = 0;     // grows from use to use of the packet id
    mqtt::PacketId packet_id = 0;
};

// Who published, for who hears of it (publish_listener.h).
struct PublishedBy {
    std::string_view principal;  // empty: nobody's
    std::string_view source_ip;  // empty: not from a device's connection
    std::string_view trace_id;   // empty: whoever needs one makes it
    // How many rules, one after the other, made this message of another.
    std::uint8_t hops = 0;
};

// The topic travels beside it, in a Route. Views need to live until publish() returns.
struct Publication {
    BytesView payload;
    // MQTT 5 properties that go along, encoded, without their length: what
    // mqtt::forwarded_properties() leaves.
    BytesView properties;
    // Message Expiry Interval, 1 and up, already held to the profile's bounds, and where its four
    // bytes stand in `properties` (mqtt::MessageProperties::message_expiry_at).
    std::uint32_t expiry_seconds = never_expires;
    std::uint32_t expiry_at = 0;
    mqtt::Qos qos = mqtt::Qos::AtMostOnce;
    Retain retain = Retain::No;
    // QoS 2 from a session's client: its packet id, which is held until the client releases it.
    mqtt::PacketId packet_id = 0;
    const PublishedBy* by = nullptr;  // null: nobody says
    bool is_last_word = false;        // a will: nobody is left who could be told that it is refused

    // Set by the broker: of a session that is kept on disk; and who has the message already, null:
    // nobody.
    HeldId held;
    const HeldParts* taken = nullptr;
    // Set by the broker: it waited for somebody in a shared group to come.
    bool was_stored = false;
};

}  // namespace gatehouse::broker
