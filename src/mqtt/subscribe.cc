#include "mqtt/subscribe.h"

#include <cassert>

#include "mqtt/topic.h"
#include "mqtt/wire.h"

namespace gatehouse::mqtt {
namespace {

enum Option : std::uint8_t {
    qos_options = 0x03,
    no_local_option = 0x04,
    retain_as_published_option = 0x08,
    retain_handling_options = 0x30,
    reserved_options = 0xc0,
};

std::optional<DecodeError> check_packet_id(PacketId id, ProtocolVersion version, PacketType type) {
    if (id != 0) return std::nullopt;
    const bool request = type == PacketType::Subscribe || type == PacketType::Unsubscribe;
    return DecodeError{ReasonCode::ProtocolError,
                       request ? clause(version, "MQTT-2.3.1-1", "MQTT-2.2.1-3")
                               : clause(version, "MQTT-2.3.1-7", "MQTT-2.2.1-6"),
                       "Packet Identifier", "must not be 0"};
}

// What all four begin with. The section is empty before MQTT 5.
struct Opening {
    PacketId packet_id = 0;
    BytesView section;
};

Decoded<Opening> decode_opening(const Frame& frame, ProtocolVersion version, wire::Reader& reader) {
    if (const auto error = wire::check_fixed_header(frame, version)) {
        return std::unexpected(*error);
    }
    Opening opening;
    opening.packet_id = reader.u16("Packet Identifier");
    if (reader.ok()) {
        if (const auto error = check_packet_id(opening.packet_id, version, frame.type())) {
            return std::unexpected(*error);
        }
    }
    if (version == ProtocolVersion::V5) opening.section = reader.property_section();
    if (!reader.ok()) return std::unexpected(reader.error());
    return opening;
}

Decoded<std::string_view> decode_filter(wire::Reader& reader, ProtocolVersion version) {
    const std::string_view filter = reader.text("Topic Filter");
    if (!reader.ok()) return std::unexpected(reader.error());
    const SharedSyntax syntax =
        version == ProtocolVersion::V5 ? SharedSyntax::Checked : SharedSyntax::Plain;
    const TopicProblem problem = check_topic_filter(filter, syntax);
    if (problem != TopicProblem::None) {
        return std::unexpected(topic_error(problem, version, "Topic Filter"));
    }
    return filter;
}

std::optional<DecodeError> check_options(std::uint8_t options, std::string_view filter) {
    const auto error = [](ReasonCode reason, std::string_view clause, std::string_view subject,
                          std::string_view text) {
        return DecodeError{reason, clause, subject, text};
    };
    using enum ReasonCode;
    if ((options & reserved_options) != 0) {
        return error(MalformedPacket, "MQTT-3.8.3-5", "Subscription Options",
                     "the reserved bits must be 0");
    }
    if ((options & qos_options) == 3) {
        return error(ProtocolError, "3.8.3.1", "Maximum QoS", "must not be 3");
    }
    if ((options & retain_handling_options) == retain_handling_options) {
        return error(ProtocolError, "3.8.3.1", "Retain Handling", "must not be 3");
    }
    if ((options & no_local_option) != 0 && split_filter(filter).is_shared()) {
        return error(ProtocolError, "MQTT-3.8.3-4", "No Local",
                     "must be 0 for a shared subscription");
    }
    return std::nullopt;
}

Decoded<Subscription> decode_subscription(wire::Reader& reader, ProtocolVersion version) {
    const auto filter = decode_filter(reader, version);
    if (!filter) return std::unexpected(filter.error());
    std::uint8_t options = reader.u8("Subscription Options");
    if (!reader.ok()) return std::unexpected(reader.error());
    if (version == ProtocolVersion::V5) {
        if (const auto error = check_options(options, *filter)) return std::unexpected(*error);
    } else {
        // MQTT 3.1 says that the upper six bits are not used.
        if (version == ProtocolVersion::V3_1) options &= qos_options;
        if (options > 2) {
            return malformed("MQTT-3.8.3-4", "Requested QoS",
                             "must be 0, 1 or 2, and its reserved bits 0");
        }
    }
    return Subscription{
        .filter = *filter,
        .qos = static_cast<Qos>(options & qos_options),
        .no_local = (options & no_local_option) != 0,
        .retain_as_published = (options & retain_as_published_option) != 0,
        .retain_handling = static_cast<RetainHandling>((options & retain_handling_options) >> 4)};
}

std::uint8_t options_of(const Subscription& subscription, ProtocolVersion version) {
    auto options = static_cast<std::uint8_t>(subscription.qos);
    if (version != ProtocolVersion::V5) return options;
    if (subscription.no_local) options |= no_local_option;
    if (subscription.retain_as_published) options |= retain_as_published_option;
    options |=
        static_cast<std::uint8_t>(static_cast<std::uint8_t>(subscription.retain_handling) << 4);
    return options;
}

// The codes that fill the rest of a SUBACK or an UNSUBACK.
Decoded<std::vector<ReasonCode>> decode_reasons(wire::Reader& reader, ProtocolVersion version,
                                                PacketType type) {
    const BytesView codes = reader.rest();
    std::vector<ReasonCode> reasons;
    reasons.reserve(codes.size());
    for (const std::uint8_t code : codes) {
        const auto reason = static_cast<ReasonCode>(code);
        const bool known = version == ProtocolVersion::V5 ? may_carry(type, Sender::Server, reason)
                                                          : code <= 2 || code == 0x80;
        if (!known) {
            const bool suback = type == PacketType::Suback;
            return protocol_error(suback ? "MQTT-3.9.3-2" : "MQTT-3.11.3-2", "Reason Code",
                                  "is none that the packet may carry");
        }
        reasons.push_back(reason);
    }
    if (reasons.empty()) {
        return malformed(type == PacketType::Suback ? "MQTT-3.9.3-1" : "MQTT-3.11.3-1",
                         "Reason Code", "there must be one for each topic filter");
    }
    return reasons;
}

void encode_user_properties(const UserProperties& properties, PropertyWriter& writer, Bytes& out) {
    writer.add(properties);
    wire::put_property_section(out, writer.bytes());
}

}  // namespace

Decoded<Subscribe> decode_subscribe(const Frame& frame, ProtocolVersion version) {
    assert(frame.type() == PacketType::Subscribe);
    wire::Reader reader(frame.body(), version);
    const auto opening = decode_opening(frame, version, reader);
    if (!opening) return std::unexpected(opening.error());
    Subscribe subscribe;
    subscribe.packet_id = opening->packet_id;
    subscribe.user_properties = UserProperties(opening->section);
    PropertyReader properties(opening->section, PropertySection::Subscribe);
    while (properties.next()) {
        if (properties.property().id == PropertyId::SubscriptionIdentifier) {
            subscribe.subscription_identifier = properties.property().number;
        }
    }
    if (properties.error()) return std::unexpected(*properties.error());
    if (reader.at_end()) {
        return protocol_error(clause(version, "MQTT-3.8.3-3", "MQTT-3.8.3-2"), "Topic Filter",
                              "there must be at least one");
    }
    while (!reader.at_end()) {
        const auto subscription = decode_subscription(reader, version);
        if (!subscription) return std::unexpected(subscription.error());
        subscribe.subscriptions.push_back(*subscription);
    }
    return subscribe;
}

Decoded<Suback> decode_suback(const Frame& frame, ProtocolVersion version) {
    assert(frame.type() == PacketType::Suback);
    wire::Reader reader(frame.body(), version);
    const auto opening = decode_opening(frame, version, reader);
    if (!opening) return std::unexpected(opening.error());
    auto properties = decode_reason_properties(opening->section, PropertySection::Suback);
    if (!properties) return std::unexpected(properties.error());
    auto reasons = decode_reasons(reader, version, PacketType::Suback);
    if (!reasons) return std::unexpected(reasons.error());
    return Suback{opening->packet_id, *properties, *std::move(reasons)};
}

Decoded<Unsubscribe> decode_unsubscribe(const Frame& frame, ProtocolVersion version) {
    assert(frame.type() == PacketType::Unsubscribe);
    wire::Reader reader(frame.body(), version);
    const auto opening = decode_opening(frame, version, reader);
    if (!opening) return std::unexpected(opening.error());
    Unsubscribe unsubscribe;
    unsubscribe.packet_id = opening->packet_id;
    unsubscribe.user_properties = UserProperties(opening->section);
    PropertyReader properties(opening->section, PropertySection::Unsubscribe);
    while (properties.next()) {
    }
    if (properties.error()) return std::unexpected(*properties.error());
    if (reader.at_end()) {
        return protocol_error("MQTT-3.10.3-2", "Topic Filter", "there must be at least one");
    }
    while (!reader.at_end()) {
        const auto filter = decode_filter(reader, version);
        if (!filter) return std::unexpected(filter.error());
        unsubscribe.filters.push_back(*filter);
    }
    return unsubscribe;
}

Decoded<Unsuback> decode_unsuback(const Frame& frame, ProtocolVersion version) {
    assert(frame.type() == PacketType::Unsuback);
    wire::Reader reader(frame.body(), version);
    const auto opening = decode_opening(frame, version, reader);
    if (!opening) return std::unexpected(opening.error());
    auto properties = decode_reason_properties(opening->section, PropertySection::Unsuback);
    if (!properties) return std::unexpected(properties.error());
    Unsuback unsuback{opening->packet_id, *properties, {}};
    if (version == ProtocolVersion::V5) {
        auto reasons = decode_reasons(reader, version, PacketType::Unsuback);
        if (!reasons) return std::unexpected(reasons.error());
        unsuback.reasons = *std::move(reasons);
    }
    reader.expect_end("UNSUBACK");
    if (!reader.ok()) return std::unexpected(reader.error());
    return unsuback;
}

void encode(const Subscribe& subscribe, ProtocolVersion version, Bytes& out) {
    Bytes body;
    wire::put_u16(body, subscribe.packet_id);
    if (version == ProtocolVersion::V5) {
        PropertyWriter writer;
        if (subscribe.subscription_identifier) {
            writer.add(PropertyId::SubscriptionIdentifier, *subscribe.subscription_identifier);
        }
        encode_user_properties(subscribe.user_properties, writer, body);
    }
    for (const Subscription& subscription : subscribe.subscriptions) {
        wire::put_text(body, subscription.filter);
        wire::put_u8(body, options_of(subscription, version));
    }
    wire::put_packet(out, PacketType::Subscribe, 2, body);
}

void encode(const Suback& suback, ProtocolVersion version, Bytes& out) {
    Bytes body;
    wire::put_u16(body, suback.packet_id);
    if (version == ProtocolVersion::V5) encode(suback.properties, body);
    for (ReasonCode reason : suback.reasons) {
        if (version != ProtocolVersion::V5 && is_failure(reason)) {
            reason = ReasonCode::UnspecifiedError;
        }
        wire::put_u8(body, value_of(reason));
    }
    wire::put_packet(out, PacketType::Suback, 0, body);
}

void encode(const Unsubscribe& unsubscribe, ProtocolVersion version, Bytes& out) {
    Bytes body;
    wire::put_u16(body, unsubscribe.packet_id);
    if (version == ProtocolVersion::V5) {
        PropertyWriter writer;
        encode_user_properties(unsubscribe.user_properties, writer, body);
    }
    for (const std::string_view filter : unsubscribe.filters) wire::put_text(body, filter);
    wire::put_packet(out, PacketType::Unsubscribe, 2, body);
}

void encode(const Unsuback& unsuback, ProtocolVersion version, Bytes& out) {
    Bytes body;
    wire::put_u16(body, unsuback.packet_id);
    if (version == ProtocolVersion::V5) {
        encode(unsuback.properties, body);
        for (const ReasonCode reason : unsuback.reasons) wire::put_u8(body, value_of(reason));
    }
    wire::put_packet(out, PacketType::Unsuback, 0, body);
}

}  // namespace gatehouse::mqtt
