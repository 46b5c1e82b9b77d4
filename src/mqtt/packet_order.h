// Which packets a server may accept from a client, and when.
//
// Pure. One small value a connection; allows() is meant for every packet of the hot path.
// Source: MQTT 3.1.1 and MQTT 5 sections 3.1.0, 3.14.0, 3.15, MQTT 5 section 4.12.
#pragma once

#include <cstdint>

#include "mqtt/decode_error.h"
#include "mqtt/protocol.h"

namespace gatehouse::mqtt {

enum class ConversationPhase : std::uint8_t {
    AwaitingConnect,
    // CONNECT was accepted for processing, CONNACK is not sent. Clients may send on.
    Connecting,
    // The same, and the CONNECT named an authentication method [MQTT-3.1.2-30].
    Authenticating,
    Connected,
    // Connected, and the CONNECT named an authentication method, so AUTH may follow.
    ConnectedWithMethod,
    // The client sent DISCONNECT, or the server is done with it.
    Closed,
};

class PacketOrder {
public:
    ConversationPhase phase() const { return phase_; }
    ProtocolVersion version() const { return version_; }

    // Whether a packet with this type may come now. The reserved flag bits are the decoders'.
    bool allows(PacketType type) const {
        return (allowed_ >> static_cast<std::uint8_t>(type) & 1) != 0;
    }
    // Why it may not. Requires: !allows(type).
    DecodeError refusal(PacketType type) const;

    // CONNECT arrived and was decoded; `enhanced` says whether it names an authentication method.
    enum class Authentication : std::uint8_t { Simple, Enhanced };
    void on_connect(ProtocolVersion version, Authentication authentication);
    // CONNACK with success goes out.
    void on_connected();
    // DISCONNECT arrived, or the connection is refused.
    void on_closed();

private:
    void enter(ConversationPhase phase);

    ConversationPhase phase_ = ConversationPhase::AwaitingConnect;
    ProtocolVersion version_ = ProtocolVersion::V3_1_1;
    std::uint16_t allowed_ = 1 << static_cast<std::uint8_t>(PacketType::Connect);
};

}  // namespace gatehouse::mqtt
