#include "mqtt/random_packet.h"

#include <initializer_list>

namespace gatehouse::mqtt {

std::uint32_t PacketMaker::number() {
    // Small, at the bounds of each size, or anything.
    switch (below(3)) {
        case 0: return 1 + below(3);
        case 1: return (0xffffffffu >> below(32));
        default: return 1 + below(0xffffffff);
    }
}

std::string_view PacketMaker::text() {
    static constexpr std::string_view pieces[] = {"a",
                                                  "0",
                                                  " ",
                                                  "%",
                                                  "\x7f",
                                                  "\x01",
                                                  "\xc2\x80",
                                                  "\xe4\xb8\xad",
                                                  "\xf0\x9f\x98\x80",
                                                  "\xef\xbb\xbf"};
    std::string made;
    for (std::uint32_t i = below(below(8) == 0 ? 200 : 20); i > 0; --i) {
        made += pieces[below(std::size(pieces))];
    }
    return keep(std::move(made));
}

std::string_view PacketMaker::data() {
    std::string made(below(below(8) == 0 ? 20'000 : 40), '\0');
    for (char& c : made) c = static_cast<char>(below(256));
    return keep(std::move(made));
}

std::string_view PacketMaker::topic() {
    std::string made(text());
    for (std::uint32_t i = below(4); i > 0; --i) made.append("/").append(text());
    return keep(made.empty() ? "/" : std::move(made));
}

std::string_view PacketMaker::filter() {
    std::string made = chance() ? std::string(topic()) : "+";
    for (std::uint32_t i = below(3); i > 0; --i) made += chance() ? "/+" : "/x";
    if (below(3) == 0) made += "/#";
    if (below(4) == 0) made = "$share/group/" + made;
    return keep(std::move(made));
}

ReasonCode PacketMaker::reason(PacketType type) {
    while (true) {
        const auto code = static_cast<ReasonCode>(chance() ? below(0x20) : 0x80 + below(0x23));
        if (may_carry(type, sender_, code)) return code;
    }
}

BytesView PacketMaker::section_of(const PropertyWriter& writer) {
    return bytes_of(keep(std::string(text_of(writer.bytes()))));
}

UserProperties PacketMaker::user_properties() {
    PropertyWriter writer;
    for (std::uint32_t i = below(4); i > 0; --i) writer.add_user_property(text(), text());
    return UserProperties(section_of(writer));
}

BytesView PacketMaker::message_section(PropertySection where) {
    PropertyWriter writer;
    if (chance()) writer.add(PropertyId::PayloadFormatIndicator, below(2));
    if (chance()) writer.add(PropertyId::MessageExpiryInterval, number());
    if (chance()) writer.add_user_property(text(), text());
    if (chance()) writer.add(PropertyId::ContentType, text());
    if (chance()) writer.add(PropertyId::ResponseTopic, topic());
    if (chance()) writer.add(PropertyId::CorrelationData, data());
    if (where == PropertySection::Will) {
        if (chance()) writer.add(PropertyId::WillDelayInterval, number());
    } else {
        if (chance()) writer.add(PropertyId::TopicAlias, 1 + below(0xffff));
        for (std::uint32_t i = sender_ == Sender::Server ? below(3) : 0; i > 0; --i) {
            writer.add(PropertyId::SubscriptionIdentifier, 1 + below(remaining_length_max));
        }
    }
    if (chance()) writer.add_user_property(text(), text());
    return section_of(writer);
}

ReasonProperties PacketMaker::reason_properties() {
    ReasonProperties properties{.user_properties = user_properties()};
    if (chance()) properties.reason_string = text();
    return properties;
}

Connect PacketMaker::make_connect(ProtocolVersion version) {
    const bool v5 = version == ProtocolVersion::V5;
    Connect connect{.version = version,
                    .clean_start = chance(),
                    .keep_alive = static_cast<std::uint16_t>(number()),
                    .client_id = text()};
    if (!v5 && connect.client_id.empty()) connect.client_id = "id";
    if (chance()) {
        Will will{.topic = topic(), .payload = bytes_of(data()), .qos = qos(), .retain = chance()};
        if (v5) {
            will.properties = *decode_message_properties(message_section(PropertySection::Will),
                                                         PropertySection::Will);
        }
        connect.will = will;
    }
    if (chance()) connect.user_name = text();
    if (chance() && (v5 || connect.user_name)) connect.password = bytes_of(data());
    if (!v5) return connect;
    ConnectProperties& properties = connect.properties;
    if (chance()) properties.session_expiry_interval = number();
    if (chance()) properties.receive_maximum = static_cast<std::uint16_t>(1 + below(0xffff));
    if (chance()) properties.maximum_packet_size = 1 + below(0xffffffff);
    if (chance()) properties.topic_alias_maximum = static_cast<std::uint16_t>(number());
    properties.request_response_information = chance();
    properties.request_problem_information = chance();
    if (chance()) properties.authentication_method = text();
    if (chance() && properties.authentication_method) {
        properties.authentication_data = bytes_of(data());
    }
    properties.user_properties = user_properties();
    return connect;
}

ConnackProperties PacketMaker::make_connack_properties() {
    ConnackProperties properties{
        .maximum_qos = qos(),
        .retain_available = chance(),
        .wildcard_subscription_available = chance(),
        .subscription_identifier_available = chance(),
        .shared_subscription_available = chance(),
        .user_properties = user_properties(),
    };
    if (chance()) properties.session_expiry_interval = number();
    if (chance()) properties.receive_maximum = static_cast<std::uint16_t>(1 + below(0xffff));
    if (chance()) properties.maximum_packet_size = 1 + below(0xffffffff);
    if (chance()) properties.assigned_client_identifier = text();
    if (chance()) properties.topic_alias_maximum = static_cast<std::uint16_t>(number());
    if (chance()) properties.reason_string = text();
    if (chance()) properties.server_keep_alive = static_cast<std::uint16_t>(number());
    if (chance()) properties.response_information = text();
    if (chance()) properties.server_reference = text();
    if (chance()) properties.authentication_method = text();
    if (chance()) properties.authentication_data = bytes_of(data());
    return properties;
}

Connack PacketMaker::make_connack(ProtocolVersion version) {
    Connack connack;
    if (version == ProtocolVersion::V5) {
        connack.reason = reason(PacketType::Connack);
        connack.properties = make_connack_properties();
    } else {
        connack.reason = *reason_of_return_code(static_cast<std::uint8_t>(below(6)));
    }
    connack.session_present =
        version != ProtocolVersion::V3_1 && connack.reason == ReasonCode::Success && chance();
    return connack;
}

Publish PacketMaker::make_publish(ProtocolVersion version) {
    Publish publish{
        .topic = topic(), .payload = bytes_of(data()), .qos = qos(), .retain = chance()};
    if (publish.qos != Qos::AtMostOnce) {
        publish.packet_id = packet_id();
        publish.dup = chance();
    }
    if (version == ProtocolVersion::V5 && chance()) {
        publish.properties = *decode_message_properties(message_section(PropertySection::Publish),
                                                        PropertySection::Publish);
        if (publish.properties.topic_alias != 0 && chance()) publish.topic = {};
    }
    return publish;
}

Ack PacketMaker::make_ack(ProtocolVersion version) {
    Ack ack{.type = static_cast<PacketType>(4 + below(4)), .packet_id = packet_id()};
    if (version == ProtocolVersion::V5 && chance()) {
        ack.reason = reason(ack.type);
        ack.properties = reason_properties();
    }
    return ack;
}

Packet PacketMaker::make_subscribe(ProtocolVersion version) {
    const bool v5 = version == ProtocolVersion::V5;
    Subscribe subscribe{.packet_id = packet_id()};
    if (v5 && chance()) {
        subscribe.subscription_identifier = 1 + below(remaining_length_max);
        subscribe.user_properties = user_properties();
    }
    for (std::uint32_t i = 1 + below(4); i > 0; --i) {
        Subscription subscription{.filter = filter(), .qos = qos()};
        if (v5) {
            subscription.no_local = !subscription.filter.starts_with("$share/") && chance();
            subscription.retain_as_published = chance();
            subscription.retain_handling = static_cast<RetainHandling>(below(3));
        }
        subscribe.subscriptions.push_back(subscription);
    }
    return subscribe;
}

Packet PacketMaker::make_unsubscribe(ProtocolVersion version) {
    Unsubscribe unsubscribe{.packet_id = packet_id()};
    if (version == ProtocolVersion::V5) unsubscribe.user_properties = user_properties();
    for (std::uint32_t i = 1 + below(4); i > 0; --i) unsubscribe.filters.push_back(filter());
    return unsubscribe;
}

Packet PacketMaker::make_suback(ProtocolVersion version) {
    const bool v5 = version == ProtocolVersion::V5;
    Suback suback{.packet_id = packet_id()};
    if (v5) suback.properties = reason_properties();
    for (std::uint32_t i = 1 + below(4); i > 0; --i) {
        suback.reasons.push_back(v5         ? reason(PacketType::Suback)
                                 : chance() ? granted(qos())
                                            : ReasonCode::UnspecifiedError);
    }
    return suback;
}

Packet PacketMaker::make_unsuback(ProtocolVersion version) {
    Unsuback unsuback{.packet_id = packet_id()};
    if (version != ProtocolVersion::V5) return unsuback;
    unsuback.properties = reason_properties();
    for (std::uint32_t i = 1 + below(4); i > 0; --i) {
        unsuback.reasons.push_back(reason(PacketType::Unsuback));
    }
    return unsuback;
}

Packet PacketMaker::make_disconnect(ProtocolVersion version) {
    Disconnect disconnect;
    if (version != ProtocolVersion::V5) return disconnect;
    disconnect.reason = reason(PacketType::Disconnect);
    if (chance() && sender_ == Sender::Client) disconnect.session_expiry_interval = number();
    if (chance()) disconnect.server_reference = text();
    if (chance()) disconnect.properties = reason_properties();
    return disconnect;
}

Packet PacketMaker::make_auth() {
    Auth auth{.reason = reason(PacketType::Auth), .authentication_method = text()};
    if (chance()) auth.authentication_data = bytes_of(data());
    if (chance()) auth.properties = reason_properties();
    return auth;
}

Packet PacketMaker::make(ProtocolVersion version) {
    sender_ = chance() ? Sender::Client : Sender::Server;
    switch (below(version == ProtocolVersion::V5 ? 13 : 12)) {
        case 0: return make_connect(version);
        case 1: sender_ = Sender::Server; return make_connack(version);
        case 2:
        case 3: return make_publish(version);
        case 4: return make_ack(version);
        case 5: return make_subscribe(version);
        case 6: return make_unsubscribe(version);
        case 7: sender_ = Sender::Server; return make_suback(version);
        case 8: sender_ = Sender::Server; return make_unsuback(version);
        case 9: return Pingreq{};
        case 10: return Pingresp{};
        case 11: return make_disconnect(version);
        default: return make_auth();
    }
}

}  // namespace gatehouse::mqtt
