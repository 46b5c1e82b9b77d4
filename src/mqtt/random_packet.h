// Test support: valid packets of every kind, made from a seed.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <string_view>

#include "mqtt/packet.h"

namespace gatehouse::mqtt {

// Owns the text that its packets view, so it must outlive them.
class PacketMaker {
public:
    explicit PacketMaker(std::uint64_t seed) : engine_(seed) {}

    // A packet of a kind that the version knows, valid from the sender that sender() then names.
    Packet make(ProtocolVersion version);
    Sender sender() const { return sender_; }

private:
    std::uint32_t below(std::uint32_t bound) {
        return std::uniform_int_distribution<std::uint32_t>(0, bound - 1)(engine_);
    }
    bool chance() { return below(2) == 0; }
    std::uint32_t number();
    PacketId packet_id() { return static_cast<PacketId>(1 + below(0xffff)); }
    Qos qos() { return static_cast<Qos>(below(3)); }
    std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }
    std::string_view text();
    std::string_view data();
    std::string_view topic();
    std::string_view filter();
    ReasonCode reason(PacketType type);
    BytesView section_of(const PropertyWriter& writer);
    UserProperties user_properties();
    BytesView message_section(PropertySection where);
    ReasonProperties reason_properties();

    Connect make_connect(ProtocolVersion version);
    Connack make_connack(ProtocolVersion version);
    ConnackProperties make_connack_properties();
    Publish make_publish(ProtocolVersion version);
    Ack make_ack(ProtocolVersion version);
    Packet make_subscribe(ProtocolVersion version);
    Packet make_unsubscribe(ProtocolVersion version);
    Packet make_suback(ProtocolVersion version);
    Packet make_unsuback(ProtocolVersion version);
    Packet make_disconnect(ProtocolVersion version);
    Packet make_auth();

    std::mt19937_64 engine_;
    Sender sender_ = Sender::Client;
    std::deque<std::string> kept_;
};

}  // namespace gatehouse::mqtt
