#include "mqtt/connack.h"

#include <cassert>

#include "mqtt/wire.h"

namespace gatehouse::mqtt {
namespace {

void assign(ConnackProperties& properties, const Property& property) {
    const auto u16 = static_cast<std::uint16_t>(property.number);
    switch (property.id) {
        case PropertyId::SessionExpiryInterval:
            properties.session_expiry_interval = property.number;
            break;
        case PropertyId::ReceiveMaximum: properties.receive_maximum = u16; break;
        case PropertyId::MaximumQos:
            properties.maximum_qos = static_cast<Qos>(property.number);
            break;
        case PropertyId::RetainAvailable: properties.retain_available = property.number != 0; break;
        case PropertyId::MaximumPacketSize: properties.maximum_packet_size = property.number; break;
        case PropertyId::AssignedClientIdentifier:
            properties.assigned_client_identifier = property.text;
            break;
        case PropertyId::TopicAliasMaximum: properties.topic_alias_maximum = u16; break;
        case PropertyId::ReasonString: properties.reason_string = property.text; break;
        case PropertyId::WildcardSubscriptionAvailable:
            properties.wildcard_subscription_available = property.number != 0;
            break;
        case PropertyId::SubscriptionIdentifierAvailable:
            properties.subscription_identifier_available = property.number != 0;
            break;
        case PropertyId::SharedSubscriptionAvailable:
            properties.shared_subscription_available = property.number != 0;
            break;
        case PropertyId::ServerKeepAlive: properties.server_keep_alive = u16; break;
        case PropertyId::ResponseInformation:
            properties.response_information = property.text;
            break;
        case PropertyId::ServerReference: properties.server_reference = property.text; break;
        case PropertyId::AuthenticationMethod:
            properties.authentication_method = property.text;
            break;
        case PropertyId::AuthenticationData:
            properties.authentication_data = bytes_of(property.text);
            break;
        default: break;
    }
}

Decoded<ConnackProperties> decode_connack_properties(BytesView section) {
    ConnackProperties properties;
    properties.user_properties = UserProperties(section);
    PropertyReader reader(section, PropertySection::Connack);
    while (reader.next()) assign(properties, reader.property());
    if (reader.error()) return std::unexpected(*reader.error());
    return properties;
}

void encode_properties(const ConnackProperties& properties, Bytes& out) {
    const ConnackProperties absent;
    PropertyWriter writer;
    const auto number = [&](PropertyId id, std::uint32_t value, std::uint32_t when_absent) {
        if (value != when_absent) writer.add(id, value);
    };
    const auto text = [&](PropertyId id, const std::optional<std::string_view>& value) {
        if (value) writer.add(id, *value);
    };
    if (properties.session_expiry_interval) {
        writer.add(PropertyId::SessionExpiryInterval, *properties.session_expiry_interval);
    }
    number(PropertyId::ReceiveMaximum, properties.receive_maximum, absent.receive_maximum);
    number(PropertyId::MaximumQos, static_cast<std::uint32_t>(properties.maximum_qos),
           static_cast<std::uint32_t>(absent.maximum_qos));
    number(PropertyId::RetainAvailable, properties.retain_available, 1);
    number(PropertyId::MaximumPacketSize, properties.maximum_packet_size,
           absent.maximum_packet_size);
    text(PropertyId::AssignedClientIdentifier, properties.assigned_client_identifier);
    number(PropertyId::TopicAliasMaximum, properties.topic_alias_maximum, 0);
    text(PropertyId::ReasonString, properties.reason_string);
    number(PropertyId::WildcardSubscriptionAvailable, properties.wildcard_subscription_available,
           1);
    number(PropertyId::SubscriptionIdentifierAvailable,
           properties.subscription_identifier_available, 1);
    number(PropertyId::SharedSubscriptionAvailable, properties.shared_subscription_available, 1);
    if (properties.server_keep_alive) {
        writer.add(PropertyId::ServerKeepAlive, std::uint32_t{*properties.server_keep_alive});
    }
    text(PropertyId::ResponseInformation, properties.response_information);
    text(PropertyId::ServerReference, properties.server_reference);
    text(PropertyId::AuthenticationMethod, properties.authentication_method);
    if (properties.authentication_data) {
        writer.add(PropertyId::AuthenticationData, *properties.authentication_data);
    }
    writer.add(properties.user_properties);
    wire::put_property_section(out, writer.bytes());
}

Decoded<ReasonCode> reason_of(std::uint8_t value, ProtocolVersion version) {
    if (version != ProtocolVersion::V5) {
        const auto reason = reason_of_return_code(value);
        if (reason) return *reason;
        return protocol_error("3.2.2.3", "Connect Return Code", "is reserved");
    }
    const auto reason = static_cast<ReasonCode>(value);
    if (may_carry(PacketType::Connack, Sender::Server, reason)) return reason;
    return protocol_error("MQTT-3.2.2-8", "Connect Reason Code", "is none that CONNACK may carry");
}

}  // namespace

bool ConnackProperties::operator==(const ConnackProperties& other) const {
    const auto data = [](const ConnackProperties& properties) {
        return properties.authentication_data
                   ? std::optional(text_of(*properties.authentication_data))
                   : std::nullopt;
    };
    return session_expiry_interval == other.session_expiry_interval &&
           receive_maximum == other.receive_maximum && maximum_qos == other.maximum_qos &&
           retain_available == other.retain_available &&
           maximum_packet_size == other.maximum_packet_size &&
           assigned_client_identifier == other.assigned_client_identifier &&
           topic_alias_maximum == other.topic_alias_maximum &&
           reason_string == other.reason_string &&
           wildcard_subscription_available == other.wildcard_subscription_available &&
           subscription_identifier_available == other.subscription_identifier_available &&
           shared_subscription_available == other.shared_subscription_available &&
           server_keep_alive == other.server_keep_alive &&
           response_information == other.response_information &&
           server_reference == other.server_reference &&
           authentication_method == other.authentication_method && data(*this) == data(other) &&
           user_properties == other.user_properties;
}

Decoded<Connack> decode_connack(const Frame& frame, ProtocolVersion version) {
    assert(frame.type() == PacketType::Connack);
    if (const auto error = wire::check_fixed_header(frame, version)) {
        return std::unexpected(*error);
    }
    wire::Reader reader(frame.body(), version);
    const std::uint8_t flags = reader.u8("Connect Acknowledge Flags");
    const std::uint8_t code = reader.u8("Connect Reason Code");
    BytesView section;
    if (version == ProtocolVersion::V5) section = reader.property_section();
    reader.expect_end("CONNACK");
    if (!reader.ok()) return std::unexpected(reader.error());

    Connack connack;
    // MQTT 3.1 has a byte here that is not used.
    if (version != ProtocolVersion::V3_1) {
        if ((flags & 0xfe) != 0) {
            return malformed(clause(version, "3.2.2.1", "MQTT-3.2.2-1"),
                             "Connect Acknowledge Flags", "the reserved bits must be 0");
        }
        connack.session_present = (flags & 1) != 0;
    }
    const auto reason = reason_of(code, version);
    if (!reason) return std::unexpected(reason.error());
    connack.reason = *reason;
    if (connack.session_present && connack.reason != ReasonCode::Success) {
        return protocol_error(clause(version, "MQTT-3.2.2-4", "MQTT-3.2.2-6"), "Session Present",
                              "must be 0 when the connection is refused");
    }
    auto properties = decode_connack_properties(section);
    if (!properties) return std::unexpected(properties.error());
    connack.properties = *properties;
    return connack;
}

void encode(const Connack& connack, ProtocolVersion version, Bytes& out) {
    Bytes body;
    const bool has_flags = version != ProtocolVersion::V3_1;
    wire::put_u8(body, has_flags && connack.session_present ? 1 : 0);
    if (version == ProtocolVersion::V5) {
        wire::put_u8(body, value_of(connack.reason));
        encode_properties(connack.properties, body);
    } else {
        const auto return_code = connect_return_code(connack.reason);
        assert(return_code && "3.1.1 has no such return code");
        wire::put_u8(body, *return_code);
    }
    wire::put_packet(out, PacketType::Connack, 0, body);
}

}  // namespace gatehouse::mqtt
