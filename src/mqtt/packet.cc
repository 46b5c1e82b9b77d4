#include "mqtt/packet.h"

#include "mqtt/wire.h"

namespace gatehouse::mqtt {
namespace {

template <class T>
Decoded<Packet> as_packet(Decoded<T> decoded) {
    if (!decoded) return std::unexpected(decoded.error());
    return Packet(*std::move(decoded));
}

Decoded<Packet> decode_ping_packet(const Frame& frame, ProtocolVersion version) {
    const auto decoded = decode_ping(frame, version);
    if (!decoded) return std::unexpected(decoded.error());
    if (frame.type() == PacketType::Pingreq) return Packet(Pingreq{});
    return Packet(Pingresp{});
}

struct Encoder {
    ProtocolVersion version;
    Bytes& out;

    void operator()(const Connect& connect) const { encode(connect, out); }
    void operator()(const Auth& auth) const { encode(auth, out); }
    void operator()(const Pingreq&) const { wire::put_raw(out, pingreq_packet); }
    void operator()(const Pingresp&) const { wire::put_raw(out, pingresp_packet); }
    template <class T>
    void operator()(const T& packet) const {
        encode(packet, version, out);
    }
};

// `properties` is a part of `packet`.
template <class T, class Properties>
bool encode_shortened(const T& packet, Properties& properties, ProtocolVersion version,
                      std::uint32_t size_max, Bytes& out) {
    const std::size_t start = out.size();
    const auto fits = [&] {
        encode(packet, version, out);
        if (out.size() - start <= size_max) return true;
        out.resize(start);
        return false;
    };
    if (fits()) return true;
    properties.user_properties = UserProperties();
    if (fits()) return true;
    properties.reason_string.reset();
    return fits();
}

}  // namespace

Decoded<Packet> decode_packet(const Frame& frame, ProtocolVersion version, Sender sender) {
    switch (frame.type()) {
        case PacketType::Connect: return as_packet(decode_connect(frame));
        case PacketType::Connack: return as_packet(decode_connack(frame, version));
        case PacketType::Publish: return as_packet(decode_publish(frame, version, sender));
        case PacketType::Puback:
        case PacketType::Pubrec:
        case PacketType::Pubrel:
        case PacketType::Pubcomp: return as_packet(decode_ack(frame, version));
        case PacketType::Subscribe: return as_packet(decode_subscribe(frame, version));
        case PacketType::Suback: return as_packet(decode_suback(frame, version));
        case PacketType::Unsubscribe: return as_packet(decode_unsubscribe(frame, version));
        case PacketType::Unsuback: return as_packet(decode_unsuback(frame, version));
        case PacketType::Pingreq:
        case PacketType::Pingresp: return decode_ping_packet(frame, version);
        case PacketType::Disconnect: return as_packet(decode_disconnect(frame, version, sender));
        case PacketType::Auth:
            if (version == ProtocolVersion::V5) return as_packet(decode_auth(frame, sender));
            break;
    }
    return malformed(clause(version, "2.2.1", "2.1.2"), "Control Packet type",
                     "this packet type must not be used");
}

void encode(const Packet& packet, ProtocolVersion version, Bytes& out) {
    std::visit(Encoder{version, out}, packet);
}

PacketType type_of(const Packet& packet) {
    if (const auto* ack = std::get_if<Ack>(&packet)) return ack->type;
    static constexpr PacketType types[] = {
        PacketType::Connect,   PacketType::Connack,  PacketType::Publish,     PacketType::Puback,
        PacketType::Subscribe, PacketType::Suback,   PacketType::Unsubscribe, PacketType::Unsuback,
        PacketType::Pingreq,   PacketType::Pingresp, PacketType::Disconnect,  PacketType::Auth};
    static_assert(std::size(types) == std::variant_size_v<Packet>);
    return types[packet.index()];
}

bool encode_within(Connack connack, ProtocolVersion version, std::uint32_t size_max, Bytes& out) {
    return encode_shortened(connack, connack.properties, version, size_max, out);
}
bool encode_within(Ack ack, ProtocolVersion version, std::uint32_t size_max, Bytes& out) {
    return encode_shortened(ack, ack.properties, version, size_max, out);
}
bool encode_within(Suback suback, ProtocolVersion version, std::uint32_t size_max, Bytes& out) {
    return encode_shortened(suback, suback.properties, version, size_max, out);
}
bool encode_within(Unsuback unsuback, ProtocolVersion version, std::uint32_t size_max, Bytes& out) {
    return encode_shortened(unsuback, unsuback.properties, version, size_max, out);
}
bool encode_within(Disconnect disconnect, ProtocolVersion version, std::uint32_t size_max,
                   Bytes& out) {
    return encode_shortened(disconnect, disconnect.properties, version, size_max, out);
}

}  // namespace gatehouse::mqtt
