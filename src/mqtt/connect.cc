#include "mqtt/connect.h"

#include <cassert>

#include "mqtt/topic.h"
#include "mqtt/wire.h"

namespace gatehouse::mqtt {
namespace {

enum Flag : std::uint8_t {
    reserved_flag = 0x01,
    clean_start_flag = 0x02,
    will_flag = 0x04,
    will_qos_flags = 0x18,
    will_retain_flag = 0x20,
    password_flag = 0x40,
    user_name_flag = 0x80,
};

std::string_view protocol_name(ProtocolVersion version) {
    return version == ProtocolVersion::V3_1 ? "MQIsdp" : "MQTT";
}

bool is_known_name(std::string_view name) {
    return name == protocol_name(ProtocolVersion::V3_1) ||
           name == protocol_name(ProtocolVersion::V5);
}

std::optional<ProtocolVersion> known_version(std::string_view name, std::uint8_t level) {
    for (const auto version :
         {ProtocolVersion::V3_1, ProtocolVersion::V3_1_1, ProtocolVersion::V5}) {
        if (level == static_cast<std::uint8_t>(version) && name == protocol_name(version)) {
            return version;
        }
    }
    return std::nullopt;
}

// The rules among the flags; what they promise is read afterwards.
std::optional<DecodeError> check_flags(std::uint8_t flags, ProtocolVersion version) {
    const auto error = [](std::string_view clause, std::string_view subject,
                          std::string_view text) {
        return DecodeError{ReasonCode::MalformedPacket, clause, subject, text};
    };
    const bool will = (flags & will_flag) != 0;
    if ((flags & reserved_flag) != 0 && version != ProtocolVersion::V3_1) {
        return error("MQTT-3.1.2-3", "Connect Flags", "the reserved bit must be 0");
    }
    if (!will && (flags & will_qos_flags) != 0) {
        return error(clause(version, "MQTT-3.1.2-13", "MQTT-3.1.2-11"), "Will QoS",
                     "must be 0 without a will");
    }
    if (!will && (flags & will_retain_flag) != 0) {
        return error(clause(version, "MQTT-3.1.2-15", "MQTT-3.1.2-13"), "Will Retain",
                     "must be 0 without a will");
    }
    if ((flags & will_qos_flags) == will_qos_flags) {
        return error(clause(version, "MQTT-3.1.2-14", "MQTT-3.1.2-12"), "Will QoS",
                     "must not be 3");
    }
    if (version != ProtocolVersion::V5 && (flags & password_flag) != 0 &&
        (flags & user_name_flag) == 0) {
        return error("MQTT-3.1.2-22", "Password Flag", "must be 0 without a user name");
    }
    return std::nullopt;
}

Decoded<ConnectProperties> decode_connect_properties(BytesView section) {
    ConnectProperties properties;
    properties.user_properties = UserProperties(section);
    PropertyReader reader(section, PropertySection::Connect);
    while (reader.next()) {
        const Property& property = reader.property();
        switch (property.id) {
            case PropertyId::SessionExpiryInterval:
                properties.session_expiry_interval = property.number;
                break;
            case PropertyId::ReceiveMaximum:
                properties.receive_maximum = static_cast<std::uint16_t>(property.number);
                break;
            case PropertyId::MaximumPacketSize:
                properties.maximum_packet_size = property.number;
                break;
            case PropertyId::TopicAliasMaximum:
                properties.topic_alias_maximum = static_cast<std::uint16_t>(property.number);
                break;
            case PropertyId::RequestResponseInformation:
                properties.request_response_information = property.number != 0;
                break;
            case PropertyId::RequestProblemInformation:
                properties.request_problem_information = property.number != 0;
                break;
            case PropertyId::AuthenticationMethod:
                properties.authentication_method = property.text;
                break;
            case PropertyId::AuthenticationData:
                properties.authentication_data = bytes_of(property.text);
                break;
            default: break;
        }
    }
    if (reader.error()) return std::unexpected(*reader.error());
    if (properties.authentication_data && !properties.authentication_method) {
        return protocol_error("3.1.2.11.10", "Authentication Data",
                              "must not appear without an authentication method");
    }
    return properties;
}

std::optional<DecodeError> check_client_id(const Connect& connect) {
    if (!connect.client_id.empty() || connect.version == ProtocolVersion::V5) return std::nullopt;
    if (connect.version == ProtocolVersion::V3_1) {
        return DecodeError{ReasonCode::ClientIdentifierNotValid, "3.1", "Client Identifier",
                           "must be at least one character long"};
    }
    if (connect.clean_start) return std::nullopt;
    return DecodeError{ReasonCode::ClientIdentifierNotValid, "MQTT-3.1.3-8", "Client Identifier",
                       "must not be empty when the session is to be kept"};
}

Decoded<Will> decode_will(wire::Reader& reader, std::uint8_t flags, ProtocolVersion version) {
    Will will;
    will.qos = static_cast<Qos>((flags & will_qos_flags) >> 3);
    will.retain = (flags & will_retain_flag) != 0;
    if (version == ProtocolVersion::V5) {
        const BytesView section = reader.property_section();
        auto properties = decode_message_properties(section, PropertySection::Will);
        if (!properties) return std::unexpected(properties.error());
        will.properties = *properties;
    }
    will.topic = reader.text("Will Topic");
    will.payload = reader.binary("Will Payload");
    if (!reader.ok()) return std::unexpected(reader.error());
    const TopicProblem problem = check_topic_name(will.topic);
    if (problem != TopicProblem::None) {
        return std::unexpected(topic_error(problem, version, "Will Topic"));
    }
    return will;
}

void decode_credentials(wire::Reader& reader, std::uint8_t flags, Connect& connect) {
    // MQTT V3.1, section 3.1: the remaining length takes precedence over these flags, for clients
    // of the original V3 that set bits which meant nothing then.
    const auto present = [&](std::uint8_t flag) {
        const bool missing_is_allowed = connect.version == ProtocolVersion::V3_1;
        return (flags & flag) != 0 && !(missing_is_allowed && reader.at_end());
    };
    if (present(user_name_flag)) connect.user_name = reader.text("User Name");
    if (present(password_flag)) connect.password = reader.binary("Password");
}

void encode_properties(const ConnectProperties& properties, Bytes& out) {
    const ConnectProperties absent;
    PropertyWriter writer;
    const auto add = [&](PropertyId id, std::uint32_t value, std::uint32_t when_absent) {
        if (value != when_absent) writer.add(id, value);
    };
    add(PropertyId::SessionExpiryInterval, properties.session_expiry_interval,
        absent.session_expiry_interval);
    add(PropertyId::ReceiveMaximum, properties.receive_maximum, absent.receive_maximum);
    add(PropertyId::MaximumPacketSize, properties.maximum_packet_size, absent.maximum_packet_size);
    add(PropertyId::TopicAliasMaximum, properties.topic_alias_maximum, absent.topic_alias_maximum);
    add(PropertyId::RequestResponseInformation, properties.request_response_information,
        absent.request_response_information);
    add(PropertyId::RequestProblemInformation, properties.request_problem_information,
        absent.request_problem_information);
    if (properties.authentication_method) {
        writer.add(PropertyId::AuthenticationMethod, *properties.authentication_method);
    }
    if (properties.authentication_data) {
        writer.add(PropertyId::AuthenticationData, *properties.authentication_data);
    }
    writer.add(properties.user_properties);
    wire::put_property_section(out, writer.bytes());
}

std::uint8_t flags_of(const Connect& connect) {
    std::uint8_t flags = connect.clean_start ? clean_start_flag : 0;
    if (connect.will) {
        flags |= will_flag;
        flags |= static_cast<std::uint8_t>(static_cast<std::uint8_t>(connect.will->qos) << 3);
        if (connect.will->retain) flags |= will_retain_flag;
    }
    if (connect.user_name) flags |= user_name_flag;
    if (connect.password) flags |= password_flag;
    return flags;
}

bool same_bytes(const std::optional<BytesView>& a, const std::optional<BytesView>& b) {
    if (!a || !b) return !a && !b;
    return text_of(*a) == text_of(*b);
}

}  // namespace

bool ConnectProperties::operator==(const ConnectProperties& other) const {
    return session_expiry_interval == other.session_expiry_interval &&
           receive_maximum == other.receive_maximum &&
           maximum_packet_size == other.maximum_packet_size &&
           topic_alias_maximum == other.topic_alias_maximum &&
           request_response_information == other.request_response_information &&
           request_problem_information == other.request_problem_information &&
           authentication_method == other.authentication_method &&
           same_bytes(authentication_data, other.authentication_data) &&
           user_properties == other.user_properties;
}

bool Will::operator==(const Will& other) const {
    return topic == other.topic && text_of(payload) == text_of(other.payload) &&
           properties == other.properties && qos == other.qos && retain == other.retain;
}

bool Connect::operator==(const Connect& other) const {
    return version == other.version && clean_start == other.clean_start &&
           keep_alive == other.keep_alive && client_id == other.client_id &&
           properties == other.properties && will == other.will && user_name == other.user_name &&
           same_bytes(password, other.password);
}

Decoded<Connect> decode_connect(const Frame& frame) {
    assert(frame.type() == PacketType::Connect);
    // The version is not known yet; what fails before it is, is told in the words of 3.1.1.
    wire::Reader reader(frame.body(), ProtocolVersion::V3_1_1);
    const std::string_view name = reader.text("Protocol Name");
    const std::uint8_t level = reader.u8("Protocol Level");
    if (!reader.ok()) return std::unexpected(reader.error());
    const auto version = known_version(name, level);
    if (!version && !is_known_name(name)) {
        return std::unexpected(DecodeError{ReasonCode::UnsupportedProtocolVersion, "MQTT-3.1.2-1",
                                           "Protocol Name", "is neither 'MQTT' nor 'MQIsdp'"});
    }
    if (!version) {
        return std::unexpected(DecodeError{ReasonCode::UnsupportedProtocolVersion,
                                           name == "MQTT" ? "MQTT-3.1.2-2" : "MQTT-3.1.2-1",
                                           "Protocol Version", "is none of MQTT 3.1, 3.1.1 and 5"});
    }
    if (const auto error = wire::check_fixed_header(frame, *version)) {
        return std::unexpected(*error);
    }

    reader = wire::Reader(reader.rest(), *version);
    const std::uint8_t flags = reader.u8("Connect Flags");
    if (reader.ok()) {
        if (const auto error = check_flags(flags, *version)) return std::unexpected(*error);
    }
    Connect connect;
    connect.version = *version;
    connect.clean_start = (flags & clean_start_flag) != 0;
    connect.keep_alive = reader.u16("Keep Alive");
    if (*version == ProtocolVersion::V5) {
        auto properties = decode_connect_properties(reader.property_section());
        if (!properties) return std::unexpected(properties.error());
        connect.properties = *properties;
    }
    connect.client_id = reader.text("Client Identifier");
    if (reader.ok() && (flags & will_flag) != 0) {
        auto will = decode_will(reader, flags, *version);
        if (!will) return std::unexpected(will.error());
        connect.will = *will;
    }
    decode_credentials(reader, flags, connect);
    reader.expect_end("CONNECT");
    if (!reader.ok()) return std::unexpected(reader.error());
    if (const auto error = check_client_id(connect)) return std::unexpected(*error);
    return connect;
}

std::optional<ProtocolVersion> answer_version(const Frame& frame) {
    wire::Reader reader(frame.body(), ProtocolVersion::V3_1_1);
    const std::string_view name = reader.text("Protocol Name");
    const std::uint8_t level = reader.u8("Protocol Level");
    if (!reader.ok() || frame.type() != PacketType::Connect) return std::nullopt;
    if (const auto version = known_version(name, level)) return version;
    if (name == "MQIsdp") return ProtocolVersion::V3_1;
    if (name != "MQTT") return std::nullopt;
    // Bridges mark themselves with the highest bit of an otherwise known level.
    const bool later = level > static_cast<std::uint8_t>(ProtocolVersion::V5) && level < 0x80;
    return later ? ProtocolVersion::V5 : ProtocolVersion::V3_1_1;
}

void encode(const Connect& connect, Bytes& out) {
    Bytes body;
    wire::put_text(body, protocol_name(connect.version));
    wire::put_u8(body, static_cast<std::uint8_t>(connect.version));
    wire::put_u8(body, flags_of(connect));
    wire::put_u16(body, connect.keep_alive);
    if (connect.version == ProtocolVersion::V5) encode_properties(connect.properties, body);
    wire::put_text(body, connect.client_id);
    if (connect.will) {
        if (connect.version == ProtocolVersion::V5) {
            wire::put_property_section(body, connect.will->properties.raw);
        }
        wire::put_text(body, connect.will->topic);
        wire::put_binary(body, connect.will->payload);
    }
    if (connect.user_name) wire::put_text(body, *connect.user_name);
    if (connect.password) wire::put_binary(body, *connect.password);
    wire::put_packet(out, PacketType::Connect, 0, body);
}

Decoded<OwnedConnect> OwnedConnect::decode(const Frame& frame) {
    OwnedConnect owned;
    owned.bytes_.assign(frame.data, frame.data + frame.size);
    auto connect = decode_connect(Frame{owned.bytes_.data(), frame.size, frame.header_size});
    if (!connect) return std::unexpected(connect.error());
    owned.connect_ = *connect;
    return owned;
}

}  // namespace gatehouse::mqtt
