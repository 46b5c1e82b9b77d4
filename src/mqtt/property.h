// MQTT 5 properties: what each is, where it may stand, and reading and writing them one by one.
//
// Views point into the bytes that were read. Nothing here allocates but PropertyWriter.
// Source: MQTT 5 section 2.2.2 and the property sections of each packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "mqtt/decode_error.h"
#include "mqtt/protocol.h"

namespace gatehouse::mqtt {

enum class PropertyId : std::uint8_t {
    PayloadFormatIndicator = 0x01,
    MessageExpiryInterval = 0x02,
    ContentType = 0x03,
    ResponseTopic = 0x08,
    CorrelationData = 0x09,
    SubscriptionIdentifier = 0x0b,
    SessionExpiryInterval = 0x11,
    AssignedClientIdentifier = 0x12,
    ServerKeepAlive = 0x13,
    AuthenticationMethod = 0x15,
    AuthenticationData = 0x16,
    RequestProblemInformation = 0x17,
    WillDelayInterval = 0x18,
    RequestResponseInformation = 0x19,
    ResponseInformation = 0x1a,
    ServerReference = 0x1c,
    ReasonString = 0x1f,
    ReceiveMaximum = 0x21,
    TopicAliasMaximum = 0x22,
    TopicAlias = 0x23,
    MaximumQos = 0x24,
    RetainAvailable = 0x25,
    UserProperty = 0x26,
    MaximumPacketSize = 0x27,
    WildcardSubscriptionAvailable = 0x28,
    SubscriptionIdentifierAvailable = 0x29,
    SharedSubscriptionAvailable = 0x2a,
};
inline constexpr std::uint8_t property_id_max = 0x2a;

enum class PropertyType : std::uint8_t {
    Byte,
    TwoByteInteger,
    FourByteInteger,
    VariableByteInteger,
    Utf8String,
    BinaryData,
    Utf8StringPair,
};

// Where a run of properties stands: a packet (numbered like PacketType) or the will of CONNECT.
enum class PropertySection : std::uint8_t {
    Will = 0,
    Connect = 1,
    Connack = 2,
    Publish = 3,
    Puback = 4,
    Pubrec = 5,
    Pubrel = 6,
    Pubcomp = 7,
    Subscribe = 8,
    Suback = 9,
    Unsubscribe = 10,
    Unsuback = 11,
    Disconnect = 14,
    Auth = 15,
};

// "Receive Maximum"; empty for values that are not property identifiers.
std::string_view name_of(PropertyId id);
// Empty for values that are not property identifiers.
std::optional<PropertyType> type_of(PropertyId id);
// The section of the specification that allows the property there ("3.1.2.11.3"), or empty: it
// is not allowed.
std::string_view clause_of(PropertySection section, PropertyId id);

struct Property {
    PropertyId id{};
    std::uint32_t number = 0;    // of the integer types
    std::string_view text;       // of strings and binary data; the name of a user property
    std::string_view value;      // of a user property
    std::uint32_t value_at = 0;  // where the value begins, from the start of the section
};

// Reads a section (without its length) and checks everything the specification says about each
// property: that it may stand there, once; its type, range, UTF-8, and that a response topic is
// a topic name. Rules between properties are checked by the packets' decoders.
//
//   while (reader.next()) use(reader.property());
//   if (reader.error()) ...
class PropertyReader {
public:
    PropertyReader(BytesView section, PropertySection where) : section_(section), where_(where) {}

    // False at the end and at an error.
    bool next();
    const Property& property() const { return property_; }
    // Where the property ends, from the start of the section.
    std::uint32_t end_of_property() const { return at_; }
    const std::optional<DecodeError>& error() const { return error_; }

private:
    bool refuse(ReasonCode reason, std::string_view clause, std::string_view text);
    bool is_repeatable() const;
    bool read_value(PropertyType type);
    bool check_value();

    BytesView section_;
    PropertySection where_;
    std::uint32_t at_ = 0;
    std::uint64_t seen_ = 0;
    Property property_;
    std::optional<DecodeError> error_;
};

struct UserProperty {
    std::string_view name;
    std::string_view value;

    bool operator==(const UserProperty&) const = default;
};

// The user properties of a checked section, in order, found as they are asked for.
class UserProperties {
public:
    UserProperties() = default;
    // Requires: the section passed a PropertyReader or came from a PropertyWriter.
    explicit UserProperties(BytesView section) : section_(section) {}

    class Iterator {
    public:
        using difference_type = std::ptrdiff_t;
        using value_type = UserProperty;

        Iterator() = default;
        explicit Iterator(BytesView rest) : rest_(rest) { advance(); }
        const UserProperty& operator*() const { return current_; }
        const UserProperty* operator->() const { return &current_; }
        Iterator& operator++() {
            advance();
            return *this;
        }
        void operator++(int) { advance(); }
        bool operator==(std::default_sentinel_t) const { return done_; }

    private:
        void advance();

        BytesView rest_;
        UserProperty current_;
        bool done_ = true;
    };

    Iterator begin() const { return Iterator(section_); }
    std::default_sentinel_t end() const { return {}; }
    bool empty() const { return begin() == end(); }

    // Same names and values in the same order.
    bool operator==(const UserProperties& other) const;

private:
    BytesView section_;
};

// Builds a section (without its length). The caller decides where it may stand.
class PropertyWriter {
public:
    // Integer properties; the wire form follows from the identifier. Requires: it fits.
    void add(PropertyId id, std::uint32_t number);
    // String and binary properties. Requires: at most string_size_max bytes.
    void add(PropertyId id, std::string_view text);
    void add(PropertyId id, BytesView data) { add(id, text_of(data)); }
    void add_user_property(std::string_view name, std::string_view value);
    // All of them, in their order.
    void add(const UserProperties& properties);

    BytesView bytes() const { return bytes_; }
    Bytes take() { return std::move(bytes_); }

private:
    Bytes bytes_;
};

}  // namespace gatehouse::mqtt
