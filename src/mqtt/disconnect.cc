#include "mqtt/disconnect.h"

#include <cassert>

#include "mqtt/wire.h"

namespace gatehouse::mqtt {
namespace {

bool is_empty(const ReasonProperties& properties) {
    return !properties.reason_string && properties.user_properties.empty();
}

void add(const ReasonProperties& properties, PropertyWriter& writer) {
    if (properties.reason_string) {
        writer.add(PropertyId::ReasonString, *properties.reason_string);
    }
    writer.add(properties.user_properties);
}

std::optional<DecodeError> decode_properties(BytesView section, Sender sender,
                                             Disconnect& disconnect) {
    disconnect.properties.user_properties = UserProperties(section);
    PropertyReader reader(section, PropertySection::Disconnect);
    while (reader.next()) {
        const Property& property = reader.property();
        switch (property.id) {
            case PropertyId::SessionExpiryInterval:
                disconnect.session_expiry_interval = property.number;
                break;
            case PropertyId::ServerReference: disconnect.server_reference = property.text; break;
            case PropertyId::ReasonString:
                disconnect.properties.reason_string = property.text;
                break;
            default: break;
        }
    }
    if (!reader.error() && sender == Sender::Server && disconnect.session_expiry_interval) {
        return DecodeError{ReasonCode::ProtocolError, "MQTT-3.14.2-2", "Session Expiry Interval",
                           "must not be sent by a server"};
    }
    return reader.error();
}

std::optional<DecodeError> decode_properties(BytesView section, Auth& auth) {
    auth.properties.user_properties = UserProperties(section);
    PropertyReader reader(section, PropertySection::Auth);
    while (reader.next()) {
        const Property& property = reader.property();
        switch (property.id) {
            case PropertyId::AuthenticationMethod:
                auth.authentication_method = property.text;
                break;
            case PropertyId::AuthenticationData:
                auth.authentication_data = bytes_of(property.text);
                break;
            case PropertyId::ReasonString: auth.properties.reason_string = property.text; break;
            default: break;
        }
    }
    if (!reader.error() && !auth.authentication_method) {
        return DecodeError{ReasonCode::ProtocolError, "3.15.2.2.2", "Authentication Method",
                           "must not be missing"};
    }
    return reader.error();
}

}  // namespace

bool Auth::operator==(const Auth& other) const {
    const auto data = [](const Auth& auth) {
        return auth.authentication_data ? std::optional(text_of(*auth.authentication_data))
                                        : std::nullopt;
    };
    return reason == other.reason && authentication_method == other.authentication_method &&
           data(*this) == data(other) && properties == other.properties;
}

Decoded<Disconnect> decode_disconnect(const Frame& frame, ProtocolVersion version, Sender sender) {
    assert(frame.type() == PacketType::Disconnect);
    if (const auto error = wire::check_fixed_header(frame, version)) {
        return std::unexpected(*error);
    }
    Disconnect disconnect;
    wire::Reader reader(frame.body(), version);
    if (version == ProtocolVersion::V5 && !reader.at_end()) {
        disconnect.reason = static_cast<ReasonCode>(reader.u8("Reason Code"));
        if (!may_carry(PacketType::Disconnect, sender, disconnect.reason)) {
            return protocol_error("MQTT-3.14.2-1", "Reason Code",
                                  "is none that this side may disconnect with");
        }
        if (!reader.at_end()) {
            const BytesView section = reader.property_section();
            if (const auto error = decode_properties(section, sender, disconnect)) {
                return std::unexpected(*error);
            }
        }
    }
    reader.expect_end("DISCONNECT");
    if (!reader.ok()) return std::unexpected(reader.error());
    return disconnect;
}

Decoded<Auth> decode_auth(const Frame& frame, Sender sender) {
    assert(frame.type() == PacketType::Auth);
    if (const auto error = wire::check_fixed_header(frame, ProtocolVersion::V5)) {
        return std::unexpected(*error);
    }
    Auth auth;
    wire::Reader reader(frame.body(), ProtocolVersion::V5);
    if (!reader.at_end()) auth.reason = static_cast<ReasonCode>(reader.u8("Reason Code"));
    if (!may_carry(PacketType::Auth, sender, auth.reason)) {
        return protocol_error("MQTT-3.15.2-1", "Reason Code",
                              "is none that this side may authenticate with");
    }
    if (frame.body().empty()) return auth;
    const BytesView section = reader.property_section();
    reader.expect_end("AUTH");
    if (!reader.ok()) return std::unexpected(reader.error());
    if (const auto error = decode_properties(section, auth)) return std::unexpected(*error);
    return auth;
}

void encode(const Disconnect& disconnect, ProtocolVersion version, Bytes& out) {
    Bytes body;
    const bool has_properties = disconnect.session_expiry_interval || disconnect.server_reference ||
                                !is_empty(disconnect.properties);
    if (version == ProtocolVersion::V5 &&
        (disconnect.reason != ReasonCode::Success || has_properties)) {
        wire::put_u8(body, value_of(disconnect.reason));
        if (has_properties) {
            PropertyWriter writer;
            if (disconnect.session_expiry_interval) {
                writer.add(PropertyId::SessionExpiryInterval, *disconnect.session_expiry_interval);
            }
            if (disconnect.server_reference) {
                writer.add(PropertyId::ServerReference, *disconnect.server_reference);
            }
            add(disconnect.properties, writer);
            wire::put_property_section(body, writer.bytes());
        }
    }
    wire::put_packet(out, PacketType::Disconnect, 0, body);
}

void encode(const Auth& auth, Bytes& out) {
    Bytes body;
    PropertyWriter writer;
    if (auth.authentication_method) {
        writer.add(PropertyId::AuthenticationMethod, *auth.authentication_method);
    }
    if (auth.authentication_data) {
        writer.add(PropertyId::AuthenticationData, *auth.authentication_data);
    }
    add(auth.properties, writer);
    if (auth.reason != ReasonCode::Success || !writer.bytes().empty()) {
        wire::put_u8(body, value_of(auth.reason));
        wire::put_property_section(body, writer.bytes());
    }
    wire::put_packet(out, PacketType::Auth, 0, body);
}

}  // namespace gatehouse::mqtt
