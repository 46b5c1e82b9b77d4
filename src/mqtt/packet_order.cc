#include "mqtt/packet_order.h"

#include <cassert>

namespace gatehouse::mqtt {
namespace {

constexpr std::uint16_t bit(PacketType type) {
    return static_cast<std::uint16_t>(1 << static_cast<std::uint8_t>(type));
}

using enum PacketType;

// Sent by servers alone, or by nobody (0).
constexpr std::uint16_t not_from_clients =
    1 | bit(Connack) | bit(Suback) | bit(Unsuback) | bit(Pingresp);
constexpr std::uint16_t from_connected_clients = bit(Publish) | bit(Puback) | bit(Pubrec) |
                                                 bit(Pubrel) | bit(Pubcomp) | bit(Subscribe) |
                                                 bit(Unsubscribe) | bit(Pingreq) | bit(Disconnect);

constexpr std::uint16_t allowed_in(ConversationPhase phase) {
    switch (phase) {
        case ConversationPhase::AwaitingConnect: return bit(Connect);
        case ConversationPhase::Authenticating: return bit(Auth) | bit(Disconnect);
        case ConversationPhase::Connecting:
        case ConversationPhase::Connected: return from_connected_clients;
        case ConversationPhase::ConnectedWithMethod: return from_connected_clients | bit(Auth);
        case ConversationPhase::Closed: return 0;
    }
    return 0;
}

}  // namespace

DecodeError PacketOrder::refusal(PacketType type) const {
    assert(!allows(type));
    const auto error = [&](ReasonCode reason, std::string_view clause, std::string_view text) {
        return DecodeError{reason, clause, name_of(type), text};
    };
    using enum ReasonCode;
    const bool v5 = version_ == ProtocolVersion::V5;
    if (phase_ == ConversationPhase::Closed) {
        return error(ProtocolError, clause(version_, "MQTT-3.14.4-2", "MQTT-3.14.4-1"),
                     "must not be sent after DISCONNECT");
    }
    if (phase_ == ConversationPhase::AwaitingConnect) {
        return error(ProtocolError, "MQTT-3.1.0-1", "the first packet must be CONNECT");
    }
    if (type == Connect) {
        return error(ProtocolError, "MQTT-3.1.0-2", "must not be sent a second time");
    }
    if (static_cast<std::uint8_t>(type) == 0) {
        return error(MalformedPacket, clause(version_, "2.2.1", "2.1.2"),
                     "this packet type must not be used");
    }
    if ((not_from_clients & bit(type)) != 0) {
        return error(ProtocolError, clause(version_, "2.2.1", "2.1.2"),
                     "is sent by servers, not by clients");
    }
    if (type == Auth && !v5) {
        return error(MalformedPacket, "2.2.1", "this packet type must not be used");
    }
    if (type == Auth) {
        return error(ProtocolError, "MQTT-4.12.1-1",
                     "must not be sent when CONNECT named no authentication method");
    }
    return error(ProtocolError, "MQTT-3.1.2-30",
                 "must not be sent before CONNACK while authentication goes on");
}

void PacketOrder::on_connect(ProtocolVersion version, Authentication authentication) {
    assert(phase_ == ConversationPhase::AwaitingConnect);
    version_ = version;
    enter(authentication == Authentication::Enhanced ? ConversationPhase::Authenticating
                                                     : ConversationPhase::Connecting);
}

void PacketOrder::on_connected() {
    assert(phase_ == ConversationPhase::Connecting || phase_ == ConversationPhase::Authenticating);
    enter(phase_ == ConversationPhase::Authenticating ? ConversationPhase::ConnectedWithMethod
                                                      : ConversationPhase::Connected);
}

void PacketOrder::on_closed() {
    enter(ConversationPhase::Closed);
}

void PacketOrder::enter(ConversationPhase phase) {
    phase_ = phase;
    allowed_ = allowed_in(phase);
}

}  // namespace gatehouse::mqtt
