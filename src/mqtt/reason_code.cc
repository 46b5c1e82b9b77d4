#include "mqtt/reason_code.h"

#include <array>

namespace gatehouse::mqtt {
namespace {

// Which packets may carry a code, one bit each; DISCONNECT and AUTH have one a sender.
enum Carrier : std::uint16_t {
    Conn = 1 << 0,     // CONNACK
    Ack = 1 << 1,      // PUBACK, PUBREC
    Release = 1 << 2,  // PUBREL, PUBCOMP
    Sub = 1 << 3,      // SUBACK
    Unsub = 1 << 4,    // UNSUBACK
    DiscC = 1 << 5,    // DISCONNECT from the client
    DiscS = 1 << 6,    // DISCONNECT from the server
    AuthC = 1 << 7,    // AUTH from the client
    AuthS = 1 << 8,    // AUTH from the server
    Disc = DiscC | DiscS,
};

struct Row {
    ReasonCode code;
    std::uint16_t carriers;
    std::string_view name;
};

using enum ReasonCode;

constexpr std::array rows = {
    // The table of section 3.14.2.1 gives 0x00 to the client alone; servers send it too, and it
    // is the meaning of a DISCONNECT without a reason code, so both may.
    Row{Success, Conn | Ack | Release | Sub | Unsub | Disc | AuthS, "success"},
    Row{GrantedQos1, Sub, "granted QoS 1"},
    Row{GrantedQos2, Sub, "granted QoS 2"},
    Row{DisconnectWithWill, DiscC, "disconnect with will message"},
    Row{NoMatchingSubscribers, Ack, "no matching subscribers"},
    Row{NoSubscriptionExisted, Unsub, "no subscription existed"},
    Row{ContinueAuthentication, AuthC | AuthS, "continue authentication"},
    Row{Reauthenticate, AuthC, "re-authenticate"},
    Row{UnspecifiedError, Conn | Ack | Sub | Unsub | Disc, "unspecified error"},
    Row{MalformedPacket, Conn | Disc, "malformed packet"},
    Row{ProtocolError, Conn | Disc, "protocol error"},
    Row{ImplementationSpecificError, Conn | Ack | Sub | Unsub | Disc,
        "implementation specific error"},
    Row{UnsupportedProtocolVersion, Conn, "unsupported protocol version"},
    Row{ClientIdentifierNotValid, Conn, "client identifier not valid"},
    Row{BadUserNameOrPassword, Conn, "bad user name or password"},
    Row{NotAuthorized, Conn | Ack | Sub | Unsub | DiscS, "not authorized"},
    Row{ServerUnavailable, Conn, "server unavailable"},
    Row{ServerBusy, Conn | DiscS, "server busy"},
    Row{Banned, Conn, "banned"},
    Row{ServerShuttingDown, DiscS, "server shutting down"},
    Row{BadAuthenticationMethod, Conn | DiscS, "bad authentication method"},
    Row{KeepAliveTimeout, DiscS, "keep alive timeout"},
    Row{SessionTakenOver, DiscS, "session taken over"},
    Row{TopicFilterInvalid, Sub | Unsub | DiscS, "topic filter invalid"},
    Row{TopicNameInvalid, Conn | Ack | Disc, "topic name invalid"},
    Row{PacketIdentifierInUse, Ack | Sub | Unsub, "packet identifier in use"},
    Row{PacketIdentifierNotFound, Release, "packet identifier not found"},
    Row{ReceiveMaximumExceeded, Disc, "receive maximum exceeded"},
    Row{TopicAliasInvalid, Disc, "topic alias invalid"},
    Row{PacketTooLarge, Conn | Disc, "packet too large"},
    Row{MessageRateTooHigh, Disc, "message rate too high"},
    Row{QuotaExceeded, Conn | Ack | Sub | Disc, "quota exceeded"},
    Row{AdministrativeAction, Disc, "administrative action"},
    Row{PayloadFormatInvalid, Conn | Ack | Disc, "payload format invalid"},
    Row{RetainNotSupported, Conn | DiscS, "retain not supported"},
    Row{QosNotSupported, Conn | DiscS, "QoS not supported"},
    Row{UseAnotherServer, Conn | DiscS, "use another server"},
    Row{ServerMoved, Conn | DiscS, "server moved"},
    Row{SharedSubscriptionsNotSupported, Sub | DiscS, "shared subscriptions not supported"},
    Row{ConnectionRateExceeded, Conn | DiscS, "connection rate exceeded"},
    Row{MaximumConnectTime, DiscS, "maximum connect time"},
    Row{SubscriptionIdentifiersNotSupported, Sub | DiscS, "subscription identifiers not supported"},
    Row{WildcardSubscriptionsNotSupported, Sub | DiscS, "wildcard subscriptions not supported"},
};

constexpr const Row* find(ReasonCode code) {
    for (const Row& row : rows) {
        if (row.code == code) return &row;
    }
    return nullptr;
}

constexpr std::uint16_t carrier_of(PacketType type, Sender sender) {
    switch (type) {
        case PacketType::Connack: return Conn;
        case PacketType::Puback:
        case PacketType::Pubrec: return Ack;
        case PacketType::Pubrel:
        case PacketType::Pubcomp: return Release;
        case PacketType::Suback: return Sub;
        case PacketType::Unsuback: return Unsub;
        case PacketType::Disconnect: return sender == Sender::Client ? DiscC : DiscS;
        case PacketType::Auth: return sender == Sender::Client ? AuthC : AuthS;
        default: return 0;
    }
}

}  // namespace

std::string_view name_of(ReasonCode code) {
    const Row* row = find(code);
    return row != nullptr ? row->name : "unknown reason code";
}

std::string constant_of(ReasonCode code) {
    std::string constant(name_of(code));
    for (char& c : constant) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (c == ' ' || c == '-') c = '_';
    }
    return constant;
}

bool may_carry(PacketType type, Sender sender, ReasonCode code) {
    const Row* row = find(code);
    return row != nullptr && (row->carriers & carrier_of(type, sender)) != 0;
}

std::optional<std::uint8_t> connect_return_code(ReasonCode code) {
    switch (code) {
        case Success: return 0;
        case UnsupportedProtocolVersion: return 1;
        case ClientIdentifierNotValid: return 2;
        case ServerUnavailable:
        case ServerBusy:
        case ServerShuttingDown:
        case QuotaExceeded:
        case ConnectionRateExceeded:
        case MessageRateTooHigh:
        case UseAnotherServer:
        case ServerMoved:
        case UnspecifiedError:
        case ImplementationSpecificError: return 3;
        case BadUserNameOrPassword:
        case BadAuthenticationMethod: return 4;
        case NotAuthorized:
        case Banned: return 5;
        default: return std::nullopt;
    }
}

std::optional<ReasonCode> reason_of_return_code(std::uint8_t return_code) {
    static constexpr std::array meanings = {
        Success,           UnsupportedProtocolVersion, ClientIdentifierNotValid,
        ServerUnavailable, BadUserNameOrPassword,      NotAuthorized};
    if (return_code >= meanings.size()) return std::nullopt;
    return meanings[return_code];
}

}  // namespace gatehouse::mqtt
