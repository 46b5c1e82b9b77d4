// For the conversation fuzzer: packets of every kind, well-formed, with fields that a script
// chooses from alphabets so small that clients meet in the same sessions, topics and packet ids.
//
// Each field is one byte of the script, in the order in which the .cc asks for them.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "gateway/conversation/fuzz_script.h"
#include "mqtt/protocol.h"

namespace gatehouse::gateway {

class ScriptedPackets {
public:
    explicit ScriptedPackets(Script& script) : script_(script) {}

    Bytes connect();
    Bytes publish(mqtt::ProtocolVersion version);
    // A PUBACK, PUBREC, PUBREL or PUBCOMP.
    Bytes ack(mqtt::PacketType type, mqtt::ProtocolVersion version);
    Bytes subscribe(mqtt::ProtocolVersion version);
    Bytes unsubscribe(mqtt::ProtocolVersion version);
    Bytes disconnect(mqtt::ProtocolVersion version);
    // What a client may not send, or not now: CONNACK, SUBACK, UNSUBACK, PINGRESP, AUTH.
    Bytes out_of_place(mqtt::ProtocolVersion version);

private:
    mqtt::PacketId packet_id() { return static_cast<mqtt::PacketId>(1 + script_.below(4)); }

    Script& script_;
    std::uint32_t published_ = 0;
};

}  // namespace gatehouse::gateway
