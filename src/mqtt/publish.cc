#include "mqtt/publish.h"

#include <cassert>

#include "mqtt/topic.h"
#include "mqtt/utf8.h"
#include "mqtt/wire.h"

namespace gatehouse::mqtt {
namespace {

[[gnu::cold]] DecodeError truncated(ProtocolVersion version, std::string_view subject) {
    return {ReasonCode::MalformedPacket, clause(version, "MQTT-4.8.0-1", "MQTT-4.13.1-1"), subject,
            "the packet ends before it is complete"};
}

[[gnu::cold]] DecodeError zero_packet_id(ProtocolVersion version) {
    return {ReasonCode::ProtocolError, clause(version, "MQTT-2.3.1-1", "MQTT-2.2.1-3"),
            "Packet Identifier", "must not be 0"};
}

// For the names that are empty or not plain.
std::optional<DecodeError> check_topic(std::string_view topic, ProtocolVersion version) {
    // In MQTT 5 a topic alias may stand for it.
    if (topic.empty() && version == ProtocolVersion::V5) return std::nullopt;
    const TopicProblem problem = check_topic_name(topic);
    if (problem == TopicProblem::None) return std::nullopt;
    return topic_error(problem, version, "Topic Name");
}

// Few packets do; the rest is spared the details.
bool needs_flag_check(const Frame& frame) {
    const std::uint8_t flags = frame.flags();
    return (flags & 0x06) == 0x06 || (flags & 0x0e) == 0x08 || frame.has_overlong_length();
}

std::optional<DecodeError> check_flags(const Frame& frame, ProtocolVersion version) {
    const std::uint8_t flags = frame.flags();
    if ((flags & 0x06) == 0x06) {
        return DecodeError{ReasonCode::MalformedPacket, "MQTT-3.3.1-4", "QoS", "must not be 3"};
    }
    // MQTT 3.1 says only that DUP means nothing at QoS 0.
    if ((flags & 0x0e) == 0x08 && version != ProtocolVersion::V3_1) {
        return DecodeError{ReasonCode::MalformedPacket, "MQTT-3.3.1-2", "DUP",
                           "must be 0 in a message of QoS 0"};
    }
    if (version == ProtocolVersion::V5 && frame.has_overlong_length()) {
        return DecodeError{ReasonCode::MalformedPacket, "MQTT-1.5.5-1", "Remaining Length",
                           "takes more bytes than its value needs"};
    }
    return std::nullopt;
}

// The properties, and what they say about the topic. Leaves `body` at the payload.
std::optional<DecodeError> decode_properties(BytesView& body, Sender sender, Publish& publish) {
    wire::Reader reader(body, ProtocolVersion::V5);
    const BytesView section = reader.property_section();
    if (!reader.ok()) return reader.error();
    body = reader.rest();
    if (!section.empty()) {
        auto properties = decode_message_properties(section, PropertySection::Publish);
        if (!properties) return properties.error();
        publish.properties = *properties;
        if (sender == Sender::Client && properties->subscription_identifier_count != 0) {
            return DecodeError{ReasonCode::ProtocolError, "MQTT-3.3.4-6", "Subscription Identifier",
                               "must not be sent by a client"};
        }
    }
    if (publish.topic.empty() && publish.properties.topic_alias == 0) {
        return DecodeError{ReasonCode::ProtocolError, "3.3.2.1", "Topic Name",
                           "must not be empty without a topic alias"};
    }
    return std::nullopt;
}

// Inlined so that the absence of an error costs nothing to report.
[[gnu::always_inline]] inline std::optional<DecodeError> read_publish(const Frame& frame,
                                                                      ProtocolVersion version,
                                                                      Sender sender,
                                                                      Publish& publish) {
    if (needs_flag_check(frame)) [[unlikely]] {
        if (const auto error = check_flags(frame, version)) return error;
    }
    BytesView body = frame.body();
    if (body.size() < 2) [[unlikely]]
        return truncated(version, "Topic Name");
    const std::size_t topic_size = wire::load_u16(body.data());
    if (body.size() < 2 + topic_size) [[unlikely]]
        return truncated(version, "Topic Name");
    publish.topic = text_of(body.subspan(2, topic_size));
    publish.qos = static_cast<Qos>(frame.flags() >> 1 & 3);
    publish.retain = (frame.flags() & 1) != 0;
    publish.dup = (frame.flags() & 8) != 0 && publish.qos != Qos::AtMostOnce;
    body = body.subspan(2 + topic_size);

    if (publish.topic.empty() || !is_plain_topic_name(publish.topic)) [[unlikely]] {
        if (const auto error = check_topic(publish.topic, version)) return error;
    }
    if (publish.qos != Qos::AtMostOnce) {
        if (body.size() < 2) [[unlikely]]
            return truncated(version, "Packet Identifier");
        publish.packet_id = wire::load_u16(body.data());
        if (publish.packet_id == 0) [[unlikely]]
            return zero_packet_id(version);
        body = body.subspan(2);
    }
    if (version == ProtocolVersion::V5) {
        if (!body.empty() && body[0] == 0 && !publish.topic.empty()) [[likely]] {
            body = body.subspan(1);  // no properties
        } else if (const auto error = decode_properties(body, sender, publish)) {
            return error;
        }
    }
    publish.payload = body;
    return std::nullopt;
}

}  // namespace

Decoded<MessageProperties> decode_message_properties(BytesView section, PropertySection where) {
    MessageProperties properties;
    properties.raw = section;
    PropertyReader reader(section, where);
    while (reader.next()) {
        const Property& property = reader.property();
        switch (property.id) {
            case PropertyId::PayloadFormatIndicator:
                properties.payload_format = static_cast<PayloadFormat>(property.number);
                break;
            case PropertyId::MessageExpiryInterval:
                properties.message_expiry_interval = property.number;
                properties.message_expiry_at = property.value_at;
                break;
            case PropertyId::TopicAlias:
                properties.topic_alias = static_cast<std::uint16_t>(property.number);
                break;
            case PropertyId::SubscriptionIdentifier:
                if (properties.subscription_identifier_count != 0xffff) {
                    ++properties.subscription_identifier_count;
                }
                break;
            case PropertyId::WillDelayInterval:
                properties.will_delay_interval = property.number;
                break;
            case PropertyId::ContentType: properties.content_type = property.text; break;
            case PropertyId::ResponseTopic: properties.response_topic = property.text; break;
            case PropertyId::CorrelationData:
                properties.correlation_data = bytes_of(property.text);
                break;
            default: break;
        }
    }
    if (reader.error()) return std::unexpected(*reader.error());
    return properties;
}

MessageProperties forwarded_properties(BytesView section, PropertySection where, Bytes& out) {
    const std::size_t start = out.size();
    PropertyReader reader(section, where);
    std::size_t from = 0;
    while (reader.next()) {
        const std::size_t to = reader.end_of_property();
        const PropertyId id = reader.property().id;
        if (id != PropertyId::TopicAlias && id != PropertyId::SubscriptionIdentifier &&
            id != PropertyId::WillDelayInterval) {
            wire::put_raw(out, section.subspan(from, to - from));
        }
        from = to;
    }
    return *decode_message_properties(BytesView(out).subspan(start), PropertySection::Publish);
}

bool Publish::operator==(const Publish& other) const {
    return topic == other.topic && text_of(payload) == text_of(other.payload) &&
           properties == other.properties && packet_id == other.packet_id && qos == other.qos &&
           retain == other.retain && dup == other.dup;
}

Decoded<Publish> decode_publish(const Frame& frame, ProtocolVersion version, Sender sender) {
    assert(frame.type() == PacketType::Publish);
    // One object, filled in place and returned as it is: copying it would cost as much as the
    // whole decoding.
    Decoded<Publish> decoded(std::in_place);
    if (const auto error = read_publish(frame, version, sender, *decoded)) [[unlikely]] {
        decoded = std::unexpected(*error);
    }
    return decoded;
}

void encode(const Publish& publish, ProtocolVersion version, Bytes& out) {
    const PublishParts parts{.topic = publish.topic,
                             .payload = publish.payload,
                             .properties = publish.properties.raw,
                             .packet_id = publish.packet_id,
                             .qos = publish.qos,
                             .retain = publish.retain,
                             .dup = publish.dup};
    const PublishLayout layout = publish_layout(version, parts);
    assert(parts.topic.size() <= string_size_max);
    assert(layout.remaining_length <= remaining_length_max);
    const std::size_t start = out.size();
    out.resize(start + layout.size);
    encode_publish(out.data() + start, version, parts, layout);
}

}  // namespace gatehouse::mqtt
