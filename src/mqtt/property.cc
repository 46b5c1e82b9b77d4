#include "mqtt/property.h"

#include <array>
#include <cassert>

#include "mqtt/topic.h"
#include "mqtt/wire.h"

namespace gatehouse::mqtt {
namespace {

using enum PropertyId;
using enum PropertyType;
using Section = PropertySection;

struct Kind {
    PropertyId id;
    PropertyType type;
    std::string_view name;
    std::uint32_t min = 0;
    std::uint32_t max = 0xffffffff;
};

// MQTT 5, table 2-4.
constexpr std::array kinds = {
    Kind{PayloadFormatIndicator, Byte, "Payload Format Indicator", 0, 1},
    Kind{MessageExpiryInterval, FourByteInteger, "Message Expiry Interval"},
    Kind{ContentType, Utf8String, "Content Type"},
    Kind{ResponseTopic, Utf8String, "Response Topic"},
    Kind{CorrelationData, BinaryData, "Correlation Data"},
    Kind{SubscriptionIdentifier, VariableByteInteger, "Subscription Identifier", 1},
    Kind{SessionExpiryInterval, FourByteInteger, "Session Expiry Interval"},
    Kind{AssignedClientIdentifier, Utf8String, "Assigned Client Identifier"},
    Kind{ServerKeepAlive, TwoByteInteger, "Server Keep Alive"},
    Kind{AuthenticationMethod, Utf8String, "Authentication Method"},
    Kind{AuthenticationData, BinaryData, "Authentication Data"},
    Kind{RequestProblemInformation, Byte, "Request Problem Information", 0, 1},
    Kind{WillDelayInterval, FourByteInteger, "Will Delay Interval"},
    Kind{RequestResponseInformation, Byte, "Request Response Information", 0, 1},
    Kind{ResponseInformation, Utf8String, "Response Information"},
    Kind{ServerReference, Utf8String, "Server Reference"},
    Kind{ReasonString, Utf8String, "Reason String"},
    Kind{ReceiveMaximum, TwoByteInteger, "Receive Maximum", 1},
    Kind{TopicAliasMaximum, TwoByteInteger, "Topic Alias Maximum"},
    Kind{TopicAlias, TwoByteInteger, "Topic Alias", 1},
    Kind{MaximumQos, Byte, "Maximum QoS", 0, 1},
    Kind{RetainAvailable, Byte, "Retain Available", 0, 1},
    Kind{UserProperty, Utf8StringPair, "User Property"},
    Kind{MaximumPacketSize, FourByteInteger, "Maximum Packet Size", 1},
    Kind{WildcardSubscriptionAvailable, Byte, "Wildcard Subscription Available", 0, 1},
    Kind{SubscriptionIdentifierAvailable, Byte, "Subscription Identifier Available", 0, 1},
    Kind{SharedSubscriptionAvailable, Byte, "Shared Subscription Available", 0, 1},
};

struct Place {
    Section section;
    PropertyId id;
    std::string_view clause;
};

constexpr std::array places = {
    Place{Section::Connect, SessionExpiryInterval, "3.1.2.11.2"},
    Place{Section::Connect, ReceiveMaximum, "3.1.2.11.3"},
    Place{Section::Connect, MaximumPacketSize, "3.1.2.11.4"},
    Place{Section::Connect, TopicAliasMaximum, "3.1.2.11.5"},
    Place{Section::Connect, RequestResponseInformation, "3.1.2.11.6"},
    Place{Section::Connect, RequestProblemInformation, "3.1.2.11.7"},
    Place{Section::Connect, UserProperty, "3.1.2.11.8"},
    Place{Section::Connect, AuthenticationMethod, "3.1.2.11.9"},
    Place{Section::Connect, AuthenticationData, "3.1.2.11.10"},
    Place{Section::Will, WillDelayInterval, "3.1.3.2.2"},
    Place{Section::Will, PayloadFormatIndicator, "3.1.3.2.3"},
    Place{Section::Will, MessageExpiryInterval, "3.1.3.2.4"},
    Place{Section::Will, ContentType, "3.1.3.2.5"},
    Place{Section::Will, ResponseTopic, "3.1.3.2.6"},
    Place{Section::Will, CorrelationData, "3.1.3.2.7"},
    Place{Section::Will, UserProperty, "3.1.3.2.8"},
    Place{Section::Connack, SessionExpiryInterval, "3.2.2.3.2"},
    Place{Section::Connack, ReceiveMaximum, "3.2.2.3.3"},
    Place{Section::Connack, MaximumQos, "3.2.2.3.4"},
    Place{Section::Connack, RetainAvailable, "3.2.2.3.5"},
    Place{Section::Connack, MaximumPacketSize, "3.2.2.3.6"},
    Place{Section::Connack, AssignedClientIdentifier, "3.2.2.3.7"},
    Place{Section::Connack, TopicAliasMaximum, "3.2.2.3.8"},
    Place{Section::Connack, ReasonString, "3.2.2.3.9"},
    Place{Section::Connack, UserProperty, "3.2.2.3.10"},
    Place{Section::Connack, WildcardSubscriptionAvailable, "3.2.2.3.11"},
    Place{Section::Connack, SubscriptionIdentifierAvailable, "3.2.2.3.12"},
    Place{Section::Connack, SharedSubscriptionAvailable, "3.2.2.3.13"},
    Place{Section::Connack, ServerKeepAlive, "3.2.2.3.14"},
    Place{Section::Connack, ResponseInformation, "3.2.2.3.15"},
    Place{Section::Connack, ServerReference, "3.2.2.3.16"},
    Place{Section::Connack, AuthenticationMethod, "3.2.2.3.17"},
    Place{Section::Connack, AuthenticationData, "3.2.2.3.18"},
    Place{Section::Publish, PayloadFormatIndicator, "3.3.2.3.2"},
    Place{Section::Publish, MessageExpiryInterval, "3.3.2.3.3"},
    Place{Section::Publish, TopicAlias, "3.3.2.3.4"},
    Place{Section::Publish, ResponseTopic, "3.3.2.3.5"},
    Place{Section::Publish, CorrelationData, "3.3.2.3.6"},
    Place{Section::Publish, UserProperty, "3.3.2.3.7"},
    Place{Section::Publish, SubscriptionIdentifier, "3.3.2.3.8"},
    Place{Section::Publish, ContentType, "3.3.2.3.9"},
    Place{Section::Puback, ReasonString, "3.4.2.2.2"},
    Place{Section::Puback, UserProperty, "3.4.2.2.3"},
    Place{Section::Pubrec, ReasonString, "3.5.2.2.2"},
    Place{Section::Pubrec, UserProperty, "3.5.2.2.3"},
    Place{Section::Pubrel, ReasonString, "3.6.2.2.2"},
    Place{Section::Pubrel, UserProperty, "3.6.2.2.3"},
    Place{Section::Pubcomp, ReasonString, "3.7.2.2.2"},
    Place{Section::Pubcomp, UserProperty, "3.7.2.2.3"},
    Place{Section::Subscribe, SubscriptionIdentifier, "3.8.2.1.2"},
    Place{Section::Subscribe, UserProperty, "3.8.2.1.3"},
    Place{Section::Suback, ReasonString, "3.9.2.1.2"},
    Place{Section::Suback, UserProperty, "3.9.2.1.3"},
    Place{Section::Unsubscribe, UserProperty, "3.10.2.1.2"},
    Place{Section::Unsuback, ReasonString, "3.11.2.1.2"},
    Place{Section::Unsuback, UserProperty, "3.11.2.1.3"},
    Place{Section::Disconnect, SessionExpiryInterval, "3.14.2.2.2"},
    Place{Section::Disconnect, ReasonString, "3.14.2.2.3"},
    Place{Section::Disconnect, UserProperty, "3.14.2.2.4"},
    Place{Section::Disconnect, ServerReference, "3.14.2.2.5"},
    Place{Section::Auth, AuthenticationMethod, "3.15.2.2.2"},
    Place{Section::Auth, AuthenticationData, "3.15.2.2.3"},
    Place{Section::Auth, ReasonString, "3.15.2.2.4"},
    Place{Section::Auth, UserProperty, "3.15.2.2.5"},
};

// 1 + the index into `kinds`, 0 for identifiers that do not exist.
constexpr auto kind_index = [] {
    std::array<std::uint8_t, property_id_max + 1> index{};
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        index[static_cast<std::uint8_t>(kinds[i].id)] = static_cast<std::uint8_t>(i + 1);
    }
    return index;
}();

// 1 + the index into `places`, by section and identifier, 0 where it is not allowed.
constexpr auto place_index = [] {
    std::array<std::array<std::uint8_t, property_id_max + 1>, 16> index{};
    for (std::size_t i = 0; i < places.size(); ++i) {
        index[static_cast<std::uint8_t>(places[i].section)]
             [static_cast<std::uint8_t>(places[i].id)] = static_cast<std::uint8_t>(i + 1);
    }
    return index;
}();

constexpr const Kind* kind_of(PropertyId id) {
    const auto value = static_cast<std::uint8_t>(id);
    if (value > property_id_max || kind_index[value] == 0) return nullptr;
    return &kinds[kind_index[value] - 1];
}

}  // namespace

std::string_view name_of(PropertyId id) {
    const Kind* kind = kind_of(id);
    return kind != nullptr ? kind->name : std::string_view();
}

std::optional<PropertyType> type_of(PropertyId id) {
    const Kind* kind = kind_of(id);
    return kind != nullptr ? std::optional(kind->type) : std::nullopt;
}

std::string_view clause_of(PropertySection section, PropertyId id) {
    const auto value = static_cast<std::uint8_t>(id);
    if (value > property_id_max) return {};
    const std::uint8_t place = place_index[static_cast<std::uint8_t>(section) & 15][value];
    return place != 0 ? places[place - 1].clause : std::string_view();
}

bool PropertyReader::refuse(ReasonCode reason, std::string_view clause, std::string_view text) {
    const std::string_view name = name_of(property_.id);
    error_ = DecodeError{reason, clause, name.empty() ? "Property Identifier" : name, text};
    return false;
}

bool PropertyReader::next() {
    if (error_ || at_ >= section_.size()) return false;
    // Identifiers are variable byte integers; all that exist take one byte, so a longer form is
    // either unknown or not the shortest.
    const std::uint8_t id = section_[at_++];
    property_ = Property{.id = static_cast<PropertyId>(id)};
    const Kind* kind = kind_of(property_.id);
    if (kind == nullptr) [[unlikely]] {
        return refuse(ReasonCode::MalformedPacket, "2.2.2.2", "is not defined by MQTT 5");
    }
    if (place_index[static_cast<std::uint8_t>(where_)][id] == 0) [[unlikely]] {
        return refuse(ReasonCode::MalformedPacket, "2.2.2.2", "is not allowed in this packet");
    }
    const std::uint64_t bit = std::uint64_t{1} << id;
    if ((seen_ & bit) != 0 && !is_repeatable()) [[unlikely]] {
        return refuse(ReasonCode::ProtocolError, clause_of(where_, property_.id),
                      "must not appear more than once");
    }
    seen_ |= bit;
    return read_value(kind->type) && check_value();
}

bool PropertyReader::is_repeatable() const {
    // A message carries one identifier for each subscription that it matched.
    return property_.id == PropertyId::UserProperty ||
           (property_.id == SubscriptionIdentifier && where_ == Section::Publish);
}

bool PropertyReader::read_value(PropertyType type) {
    property_.value_at = at_;
    const std::string_view name = kind_of(property_.id)->name;
    wire::Reader reader(section_.subspan(at_), ProtocolVersion::V5);
    switch (type) {
        case Byte: property_.number = reader.u8(name); break;
        case TwoByteInteger: property_.number = reader.u16(name); break;
        case FourByteInteger: property_.number = reader.u32(name); break;
        case VariableByteInteger: property_.number = reader.variable_int(name); break;
        case Utf8String: property_.text = reader.text(name); break;
        case BinaryData: property_.text = text_of(reader.binary(name)); break;
        case Utf8StringPair:
            property_.text = reader.text(name);
            property_.value = reader.text(name);
            break;
    }
    if (!reader.ok()) [[unlikely]] {
        error_ = reader.error();
        return false;
    }
    at_ = static_cast<std::uint32_t>(section_.size() - reader.remaining());
    return true;
}

bool PropertyReader::check_value() {
    const Kind& kind = *kind_of(property_.id);
    if (kind.type <= VariableByteInteger) {
        if (property_.number < kind.min) {
            const ReasonCode reason = property_.id == TopicAlias ? ReasonCode::TopicAliasInvalid
                                                                 : ReasonCode::ProtocolError;
            return refuse(reason, clause_of(where_, property_.id), "must not be 0");
        }
        if (property_.number > kind.max) {
            return refuse(ReasonCode::ProtocolError, clause_of(where_, property_.id),
                          "must be 0 or 1");
        }
    }
    if (property_.id == ResponseTopic && check_topic_name(property_.text) != TopicProblem::None) {
        return refuse(
            ReasonCode::ProtocolError,
            where_ == Section::Publish ? "MQTT-3.3.2-14" : clause_of(where_, property_.id),
            "must be a topic name: not empty, without wildcards");
    }
    return true;
}

void PropertyWriter::add(PropertyId id, std::uint32_t number) {
    wire::put_u8(bytes_, static_cast<std::uint8_t>(id));
    switch (type_of(id).value_or(Utf8String)) {
        case Byte: wire::put_u8(bytes_, number); break;
        case TwoByteInteger: wire::put_u16(bytes_, number); break;
        case FourByteInteger: wire::put_u32(bytes_, number); break;
        case VariableByteInteger: wire::put_variable_int(bytes_, number); break;
        default: assert(false && "the property is not a number");
    }
}

void PropertyWriter::add(PropertyId id, std::string_view text) {
    assert(type_of(id) == Utf8String || type_of(id) == BinaryData);
    wire::put_u8(bytes_, static_cast<std::uint8_t>(id));
    wire::put_text(bytes_, text);
}

void PropertyWriter::add_user_property(std::string_view name, std::string_view value) {
    wire::put_u8(bytes_, static_cast<std::uint8_t>(PropertyId::UserProperty));
    wire::put_text(bytes_, name);
    wire::put_text(bytes_, value);
}

void PropertyWriter::add(const UserProperties& properties) {
    for (const mqtt::UserProperty& property : properties) {
        add_user_property(property.name, property.value);
    }
}

void UserProperties::Iterator::advance() {
    const auto sized = [&](std::size_t at) -> std::size_t {
        return 2 + std::size_t{wire::load_u16(rest_.data() + at)};
    };
    while (!rest_.empty()) {
        std::size_t size = 1;
        switch (type_of(static_cast<PropertyId>(rest_[0])).value_or(Byte)) {
            case Byte: size += 1; break;
            case TwoByteInteger: size += 2; break;
            case FourByteInteger: size += 4; break;
            case VariableByteInteger:
                while (rest_[size] >= 0x80) ++size;
                ++size;
                break;
            case Utf8String:
            case BinaryData: size += sized(1); break;
            case Utf8StringPair: {
                const std::size_t name = sized(1);
                const std::size_t value = sized(1 + name);
                const std::string_view text = text_of(rest_);
                current_ = {text.substr(3, name - 2), text.substr(3 + name, value - 2)};
                rest_ = rest_.subspan(1 + name + value);
                done_ = false;
                return;
            }
        }
        rest_ = rest_.subspan(size);
    }
    done_ = true;
}

bool UserProperties::operator==(const UserProperties& other) const {
    Iterator a = begin();
    Iterator b = other.begin();
    for (; a != end() && b != other.end(); ++a, ++b) {
        if (*a != *b) return false;
    }
    return a == end() && b == other.end();
}

}  // namespace gatehouse::mqtt
