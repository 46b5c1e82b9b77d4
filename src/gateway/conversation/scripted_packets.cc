#include "gateway/conversation/scripted_packets.h"

#include <array>
#include <string>
#include <string_view>

#include "gateway/conversation/message_ledger.h"
#include "mqtt/packet.h"

namespace gatehouse::gateway {
namespace {

using mqtt::PacketType;
using mqtt::PropertyId;
using mqtt::ProtocolVersion;
using mqtt::Qos;
using mqtt::ReasonCode;

constexpr std::array scripted_ids = std::to_array<std::string_view>({"a", "b", "c", ""});
constexpr std::array user_names = std::to_array<std::string_view>(
    {"full", "limited", "slow", "expiring", "refused", "unavailable"});
constexpr std::array topics = std::to_array<std::string_view>(
    {"t", "t/u", "t/u/v", "denied", "r/1", "r/2", "$own/t", "1/2/3/4/5/6/7/8/9"});
constexpr std::array filters = std::to_array<std::string_view>(
    {"t", "t/u", "t/+", "t/#", "#", "+/u/#", "r/+", "denied", "$share/g/t/#", "$share/g/r/1",
     "$share/h/#", "$own/#", "1/2/3/4/5/6/7/8/#", "$aws/events/#"});
constexpr std::array keep_alives = std::to_array<std::uint16_t>({0, 1, 60, 0xFFFF});
constexpr std::array expiries = std::to_array<std::uint32_t>({0, 10, 3600, 0xFFFF'FFFF});
constexpr std::array receive_maximums = std::to_array<std::uint16_t>({65'535, 1, 2, 10});
constexpr std::array packet_sizes =
    std::to_array<std::uint32_t>({mqtt::packet_size_max, 30, 200, 2});
constexpr std::array alias_maximums = std::to_array<std::uint16_t>({0, 1, 2, 65'535});
constexpr std::array payload_sizes = std::to_array<std::size_t>({0, 20, 300, 5000});
constexpr std::array ack_reasons = std::to_array<ReasonCode>(
    {ReasonCode::Success, ReasonCode::UnspecifiedError, ReasonCode::QuotaExceeded});
constexpr std::array release_reasons =
    std::to_array<ReasonCode>({ReasonCode::Success, ReasonCode::PacketIdentifierNotFound});
constexpr std::array disconnect_reasons = std::to_array<ReasonCode>(
    {ReasonCode::Success, ReasonCode::DisconnectWithWill, ReasonCode::UnspecifiedError});

template <class Packet>
Bytes encoded(const Packet& packet, ProtocolVersion version) {
    Bytes bytes;
    mqtt::encode(mqtt::Packet(packet), version, bytes);
    return bytes;
}

mqtt::MessageProperties message_properties(BytesView section, mqtt::PropertySection where) {
    return *mqtt::decode_message_properties(section, where);
}

}  // namespace

Bytes ScriptedPackets::connect() {
    constexpr std::array versions = {ProtocolVersion::V5, ProtocolVersion::V3_1_1,
                                     ProtocolVersion::V3_1};
    mqtt::Connect connect{.version = script_.one_of(versions),
                          .clean_start = script_.flag(),
                          .keep_alive = script_.one_of(keep_alives),
                          .client_id = script_.one_of(scripted_ids)};
    const bool is_v5 = connect.version == ProtocolVersion::V5;
    // Otherwise it is not valid.
    if (connect.client_id.empty() && !is_v5) connect.clean_start = true;
    if (connect.client_id.empty() && connect.version == ProtocolVersion::V3_1) {
        connect.client_id = "a";
    }
    connect.user_name = script_.one_of(user_names);
    mqtt::PropertyWriter will_properties;
    if (script_.flag()) {
        mqtt::Will will{.topic = script_.one_of(topics),
                        .payload = bytes_of("the will"),
                        .qos = static_cast<Qos>(script_.below(3)),
                        .retain = script_.flag()};
        if (is_v5) {
            will_properties.add(PropertyId::WillDelayInterval, script_.one_of(expiries));
            will_properties.add(PropertyId::MessageExpiryInterval,
                                1 + script_.one_of(expiries) / 2);
            will.properties =
                message_properties(will_properties.bytes(), mqtt::PropertySection::Will);
        }
        connect.will = will;
    }
    if (is_v5) {
        mqtt::ConnectProperties& properties = connect.properties;
        properties.session_expiry_interval = script_.one_of(expiries);
        properties.receive_maximum = script_.one_of(receive_maximums);
        properties.maximum_packet_size = script_.one_of(packet_sizes);
        properties.topic_alias_maximum = script_.one_of(alias_maximums);
        properties.request_problem_information = !script_.flag();
        if (script_.below(8) == 7) properties.authentication_method = "method";
    }
    return encoded(connect, connect.version);
}

Bytes ScriptedPackets::publish(ProtocolVersion version) {
    const std::string payload =
        MessageLedger::payload_of(++published_, script_.one_of(payload_sizes));
    mqtt::Publish publish{.topic = script_.one_of(topics),
                          .payload = bytes_of(payload),
                          .qos = static_cast<Qos>(script_.below(3))};
    if (publish.qos != Qos::AtMostOnce) publish.packet_id = packet_id();
    const std::uint32_t flags = script_.below(8);
    publish.retain = (flags & 1) != 0;
    publish.dup = (flags & 2) != 0 && publish.qos != Qos::AtMostOnce;
    if (publish.retain && (flags & 4) != 0) publish.payload = {};
    mqtt::PropertyWriter properties;
    if (version == ProtocolVersion::V5) {
        const std::uint32_t alias = script_.below(5);
        if (alias != 0) properties.add(PropertyId::TopicAlias, alias);
        if (alias != 0 && script_.flag()) publish.topic = {};
        const std::uint32_t expiry = script_.one_of(expiries);
        if (expiry != 0) properties.add(PropertyId::MessageExpiryInterval, expiry);
        if (script_.flag()) properties.add_user_property("name", "value");
        publish.properties = message_properties(properties.bytes(), mqtt::PropertySection::Publish);
    }
    return encoded(publish, version);
}

Bytes ScriptedPackets::ack(PacketType type, ProtocolVersion version) {
    mqtt::Ack ack{.type = type, .packet_id = packet_id()};
    if (version == ProtocolVersion::V5) {
        const bool is_release = type == PacketType::Pubrel || type == PacketType::Pubcomp;
        ack.reason = is_release ? script_.one_of(release_reasons) : script_.one_of(ack_reasons);
    }
    return encoded(ack, version);
}

Bytes ScriptedPackets::subscribe(ProtocolVersion version) {
    mqtt::Subscribe subscribe{.packet_id = packet_id()};
    const std::uint32_t identifier = version == ProtocolVersion::V5 ? script_.below(4) : 0;
    if (identifier != 0) subscribe.subscription_identifier = identifier;
    for (std::uint32_t left = 1 + script_.below(3); left > 0; --left) {
        mqtt::Subscription subscription{.filter = script_.one_of(filters),
                                        .qos = static_cast<Qos>(script_.below(3))};
        if (version == ProtocolVersion::V5) {
            const std::uint32_t options = script_.below(12);
            subscription.no_local =
                (options & 1) != 0 && !subscription.filter.starts_with("$share/");
            subscription.retain_as_published = (options & 2) != 0;
            subscription.retain_handling = static_cast<mqtt::RetainHandling>(options / 4);
        }
        subscribe.subscriptions.push_back(subscription);
    }
    return encoded(subscribe, version);
}

Bytes ScriptedPackets::unsubscribe(ProtocolVersion version) {
    mqtt::Unsubscribe unsubscribe{.packet_id = packet_id()};
    for (std::uint32_t left = 1 + script_.below(2); left > 0; --left) {
        unsubscribe.filters.push_back(script_.one_of(filters));
    }
    return encoded(unsubscribe, version);
}

Bytes ScriptedPackets::disconnect(ProtocolVersion version) {
    mqtt::Disconnect disconnect;
    if (version == ProtocolVersion::V5) {
        disconnect.reason = script_.one_of(disconnect_reasons);
        if (script_.flag()) disconnect.session_expiry_interval = script_.one_of(expiries);
    }
    return encoded(disconnect, version);
}

Bytes ScriptedPackets::out_of_place(ProtocolVersion version) {
    switch (script_.below(5)) {
        case 0: return encoded(mqtt::Connack(), version);
        case 1:
            return encoded(mqtt::Suback{.packet_id = packet_id(), .reasons = {ReasonCode::Success}},
                           version);
        case 2: {
            mqtt::Unsuback unsuback{.packet_id = packet_id()};
            if (version == ProtocolVersion::V5) unsuback.reasons = {ReasonCode::Success};
            return encoded(unsuback, version);
        }
        case 3: return encoded(mqtt::Pingresp(), version);
        default:
            return encoded(mqtt::Auth{.reason = ReasonCode::ContinueAuthentication,
                                      .authentication_method = "method"},
                           version);
    }
}

}  // namespace gatehouse::gateway
