#include "mqtt/ack.h"

#include <cassert>

#include "mqtt/wire.h"

namespace gatehouse::mqtt {
namespace {

// MQTT 5: reason code and properties, each of which may be missing.
std::optional<DecodeError> decode_reason(wire::Reader& reader, Ack& ack) {
    if (reader.at_end()) return std::nullopt;
    ack.reason = static_cast<ReasonCode>(reader.u8("Reason Code"));
    if (!may_carry(ack.type, Sender::Client, ack.reason)) {
        static constexpr std::string_view clauses[] = {"MQTT-3.4.2-1", "MQTT-3.5.2-1",
                                                       "MQTT-3.6.2-1", "MQTT-3.7.2-1"};
        return DecodeError{
            ReasonCode::ProtocolError,
            clauses[static_cast<int>(ack.type) - static_cast<int>(PacketType::Puback)],
            "Reason Code", "is none that the packet may carry"};
    }
    if (reader.at_end()) return std::nullopt;
    const BytesView section = reader.property_section();
    if (!reader.ok()) return std::nullopt;
    auto properties = decode_reason_properties(section, static_cast<PropertySection>(ack.type));
    if (!properties) return properties.error();
    ack.properties = *properties;
    return std::nullopt;
}

}  // namespace

Decoded<ReasonProperties> decode_reason_properties(BytesView section, PropertySection where) {
    ReasonProperties properties;
    properties.user_properties = UserProperties(section);
    PropertyReader reader(section, where);
    while (reader.next()) {
        if (reader.property().id == PropertyId::ReasonString) {
            properties.reason_string = reader.property().text;
        }
    }
    if (reader.error()) return std::unexpected(*reader.error());
    return properties;
}

void encode(const ReasonProperties& properties, Bytes& out) {
    PropertyWriter writer;
    if (properties.reason_string) {
        writer.add(PropertyId::ReasonString, *properties.reason_string);
    }
    writer.add(properties.user_properties);
    wire::put_property_section(out, writer.bytes());
}

Decoded<Ack> decode_ack(const Frame& frame, ProtocolVersion version) {
    if (const auto error = wire::check_fixed_header(frame, version)) {
        return std::unexpected(*error);
    }
    Ack ack{.type = frame.type()};
    assert(ack.type >= PacketType::Puback && ack.type <= PacketType::Pubcomp);
    wire::Reader reader(frame.body(), version);
    ack.packet_id = reader.u16("Packet Identifier");
    if (reader.ok() && ack.packet_id == 0) {
        return protocol_error(clause(version, "MQTT-2.3.1-6", "MQTT-2.2.1-5"), "Packet Identifier",
                              "must not be 0");
    }
    if (version == ProtocolVersion::V5) {
        if (const auto error = decode_reason(reader, ack)) return std::unexpected(*error);
    }
    reader.expect_end(name_of(ack.type));
    if (!reader.ok()) return std::unexpected(reader.error());
    return ack;
}

void encode(const Ack& ack, ProtocolVersion version, Bytes& out) {
    Bytes body;
    wire::put_u16(body, ack.packet_id);
    const bool has_properties =
        ack.properties.reason_string || !ack.properties.user_properties.empty();
    if (version == ProtocolVersion::V5 && (ack.reason != ReasonCode::Success || has_properties)) {
        wire::put_u8(body, value_of(ack.reason));
        if (has_properties) encode(ack.properties, body);
    }
    wire::put_packet(out, ack.type, ack.type == PacketType::Pubrel ? 2 : 0, body);
}

Decoded<void> decode_ping(const Frame& frame, ProtocolVersion version) {
    if (const auto error = wire::check_fixed_header(frame, version)) {
        return std::unexpected(*error);
    }
    wire::Reader reader(frame.body(), version);
    reader.expect_end(name_of(frame.type()));
    if (!reader.ok()) return std::unexpected(reader.error());
    return {};
}

}  // namespace gatehouse::mqtt
