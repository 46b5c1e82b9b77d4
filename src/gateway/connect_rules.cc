#include "gateway/connect_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/topic_bounds.h"
#include "mqtt/topic.h"

namespace gatehouse::gateway {
namespace {

using mqtt::ReasonCode;

// Room for the topic, properties and headers around a payload of the greatest size.
constexpr std::uint32_t packet_headroom = 18 * 1024;

// MQTT 3.1, section 3.1, "Client Identifier".
constexpr std::ptrdiff_t characters_max_31 = 23;

bool is_client_id_31(std::string_view id) {
    const auto characters = std::ranges::count_if(
        id, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; });
    return characters >= 1 && characters <= characters_max_31;
}

std::optional<ConnectProblem> check_will(const mqtt::Will& will, const Profile& profile) {
    if (will.qos == mqtt::Qos::ExactlyOnce && profile.behaviour.qos_2 == Support::Refused) {
        return ConnectProblem{ReasonCode::QosNotSupported, "a will with QoS 2 is not supported"};
    }
    if (auto trouble = publish_topic_problem(
            will.topic, will.retain ? broker::Retain::Yes : broker::Retain::No, profile)) {
        return ConnectProblem{ReasonCode::TopicNameInvalid, "the will: " + *trouble};
    }
    if (will.payload.size() > profile.limits.payload_bytes_max) {
        return ConnectProblem{ReasonCode::PacketTooLarge,
                              fmt::format("the will's payload has {} bytes; at most {} are taken",
                                          will.payload.size(), profile.limits.payload_bytes_max)};
    }
    return std::nullopt;
}

}  // namespace

std::optional<ConnectProblem> check_connect(const mqtt::Connect& connect, const Profile& profile) {
    const Limits& limits = profile.limits;
    if (connect.version == mqtt::ProtocolVersion::V3_1 &&
        profile.behaviour.mqtt_31 != Mqtt31::Allowed) {
        return ConnectProblem{ReasonCode::UnsupportedProtocolVersion,
                              "MQTT 3.1 is not supported; use 3.1.1 or 5"};
    }
    if (connect.client_id.size() > limits.client_id_bytes_max) {
        return ConnectProblem{ReasonCode::ClientIdentifierNotValid,
                              fmt::format("the client id has {} bytes; at most {} are allowed",
                                          connect.client_id.size(), limits.client_id_bytes_max)};
    }
    if (connect.version == mqtt::ProtocolVersion::V3_1 && !is_client_id_31(connect.client_id)) {
        return ConnectProblem{
            ReasonCode::ClientIdentifierNotValid,
            fmt::format("a client id of MQTT 3.1 has 1 to {} characters", characters_max_31)};
    }
    if (connect.version == mqtt::ProtocolVersion::V3_1_1 && connect.client_id.empty() &&
        profile.behaviour.empty_client_id_311 == Support::Refused) {
        return ConnectProblem{ReasonCode::ClientIdentifierNotValid,
                              "a client of MQTT 3.1.1 needs a client id of its own"};
    }
    if (connect.client_id.starts_with('$')) {
        return ConnectProblem{ReasonCode::ClientIdentifierNotValid,
                              "client ids that begin with '$' are reserved"};
    }
    if (connect.properties.authentication_method) {
        return ConnectProblem{ReasonCode::BadAuthenticationMethod,
                              "enhanced authentication is not supported"};
    }
    if (connect.user_name && connect.user_name->size() > limits.user_name_bytes_max) {
        return ConnectProblem{ReasonCode::BadUserNameOrPassword,
                              fmt::format("the user name has {} bytes; at most {} are taken",
                                          connect.user_name->size(), limits.user_name_bytes_max)};
    }
    if (connect.password && connect.password->size() > limits.password_bytes_max) {
        return ConnectProblem{ReasonCode::BadUserNameOrPassword,
                              fmt::format("the password has {} bytes; at most {} are taken",
                                          connect.password->size(), limits.password_bytes_max)};
    }
    if (connect.will) return check_will(*connect.will, profile);
    return std::nullopt;
}

ConnectTerms terms_for(const mqtt::Connect& connect, const Limits& limits) {
    ConnectTerms terms;
    const std::uint32_t keep_alive =
        connect.keep_alive == 0
            ? limits.keep_alive_seconds_when_zero
            : std::clamp<std::uint32_t>(connect.keep_alive, limits.keep_alive_seconds_min,
                                        limits.keep_alive_seconds_max);
    terms.keep_alive_seconds = static_cast<std::uint16_t>(std::min(keep_alive, 65'535u));
    terms.keep_alive_changed = terms.keep_alive_seconds != connect.keep_alive;
    if (connect.version == mqtt::ProtocolVersion::V5) {
        const std::uint32_t asked = connect.properties.session_expiry_interval;
        terms.session_expiry_seconds = std::min(asked, limits.session_expiry_seconds_max);
        terms.session_expiry_changed = terms.session_expiry_seconds != asked;
    } else if (!connect.clean_start) {
        terms.session_expiry_seconds = limits.session_expiry_seconds_311;
    }
    terms.receive_maximum = static_cast<std::uint16_t>(std::min<std::uint32_t>(
        connect.properties.receive_maximum, std::min(limits.in_flight_outbound_max, 65'535u)));
    return terms;
}

std::uint32_t input_packet_bytes_max(const Limits& limits) {
    const std::uint32_t payload = limits.payload_bytes_max;
    return payload > mqtt::packet_size_max - packet_headroom ? mqtt::packet_size_max
                                                             : payload + packet_headroom;
}

mqtt::Connack connack_for(const ConnectTerms& terms, mqtt::ProtocolVersion version,
                          std::string_view assigned_client_id, const Profile& profile) {
    mqtt::Connack connack;
    if (version != mqtt::ProtocolVersion::V5) return connack;
    const Limits& limits = profile.limits;
    mqtt::ConnackProperties& properties = connack.properties;
    if (terms.session_expiry_changed) {
        properties.session_expiry_interval = terms.session_expiry_seconds;
    }
    properties.receive_maximum =
        static_cast<std::uint16_t>(std::min(limits.in_flight_inbound_max, 65'535u));
    if (profile.behaviour.qos_2 == Support::Refused) {
        properties.maximum_qos = mqtt::Qos::AtLeastOnce;
    }
    properties.maximum_packet_size = input_packet_bytes_max(limits);
    properties.topic_alias_maximum =
        static_cast<std::uint16_t>(std::min(limits.topic_alias_max, 65'535u));
    properties.subscription_identifier_available =
        profile.behaviour.subscription_identifiers == Support::Allowed;
    if (!assigned_client_id.empty()) properties.assigned_client_identifier = assigned_client_id;
    if (terms.keep_alive_changed) properties.server_keep_alive = terms.keep_alive_seconds;
    return connack;
}

std::optional<ConnectProblem> check_answer(const mqtt::Connect& connect,
                                           std::string_view assigned_client_id,
                                           const Profile& profile) {
    Bytes packet;
    mqtt::encode(connack_for(terms_for(connect, profile.limits), connect.version,
                             assigned_client_id, profile),
                 connect.version, packet);
    const std::uint32_t most = connect.properties.maximum_packet_size;
    if (packet.size() <= most) return std::nullopt;
    return ConnectProblem{ReasonCode::PacketTooLarge,
                          fmt::format("the client's Maximum Packet Size is {} bytes; the CONNACK "
                                      "alone needs {}",
                                      most, packet.size())};
}

}  // namespace gatehouse::gateway
