// Reason codes of MQTT 5 and the return codes of MQTT 3.1.1.
// Source: MQTT 5 sections 2.4, 3.2.2.2, 3.4.2.1, 3.9.3, 3.11.3, 3.14.2.1, 3.15.2.1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mqtt/protocol.h"

namespace gatehouse::mqtt {

enum class ReasonCode : std::uint8_t {
    Success = 0x00,  // also "normal disconnection" and "granted QoS 0"
    GrantedQos1 = 0x01,
    GrantedQos2 = 0x02,
    DisconnectWithWill = 0x04,
    NoMatchingSubscribers = 0x10,
    NoSubscriptionExisted = 0x11,
    ContinueAuthentication = 0x18,
    Reauthenticate = 0x19,
    UnspecifiedError = 0x80,  // the one failure that a 3.1.1 SUBACK knows
    MalformedPacket = 0x81,
    ProtocolError = 0x82,
    ImplementationSpecificError = 0x83,
    UnsupportedProtocolVersion = 0x84,
    ClientIdentifierNotValid = 0x85,
    BadUserNameOrPassword = 0x86,
    NotAuthorized = 0x87,
    ServerUnavailable = 0x88,
    ServerBusy = 0x89,
    Banned = 0x8a,
    ServerShuttingDown = 0x8b,
    BadAuthenticationMethod = 0x8c,
    KeepAliveTimeout = 0x8d,
    SessionTakenOver = 0x8e,
    TopicFilterInvalid = 0x8f,
    TopicNameInvalid = 0x90,
    PacketIdentifierInUse = 0x91,
    PacketIdentifierNotFound = 0x92,
    ReceiveMaximumExceeded = 0x93,
    TopicAliasInvalid = 0x94,
    PacketTooLarge = 0x95,
    MessageRateTooHigh = 0x96,
    QuotaExceeded = 0x97,
    AdministrativeAction = 0x98,
    PayloadFormatInvalid = 0x99,
    RetainNotSupported = 0x9a,
    QosNotSupported = 0x9b,
    UseAnotherServer = 0x9c,
    ServerMoved = 0x9d,
    SharedSubscriptionsNotSupported = 0x9e,
    ConnectionRateExceeded = 0x9f,
    MaximumConnectTime = 0xa0,
    SubscriptionIdentifiersNotSupported = 0xa1,
    WildcardSubscriptionsNotSupported = 0xa2,
};

constexpr std::uint8_t value_of(ReasonCode code) {
    return static_cast<std::uint8_t>(code);
}
constexpr bool is_failure(ReasonCode code) {
    return value_of(code) >= 0x80;
}

// The specification's name in lower case ("not authorized"); "unknown reason code" for a value
// that it does not define.
std::string_view name_of(ReasonCode code);
// The same as the `reason` of log records writes it: "NOT_AUTHORIZED".
std::string constant_of(ReasonCode code);

// Whether this packet, sent by this end, may carry the code in MQTT 5. False for values that are
// not reason codes and for packets that carry none.
bool may_carry(PacketType type, Sender sender, ReasonCode code);

// The code that grants a subscription this QoS.
constexpr ReasonCode granted(Qos qos) {
    return static_cast<ReasonCode>(qos);
}

// The return code 0-5 of a 3.1 or 3.1.1 CONNACK that says most nearly the same. Empty where
// 3.1.1 closes without a CONNACK (malformed packets, protocol errors, oversize).
std::optional<std::uint8_t> connect_return_code(ReasonCode code);
// The meaning of a return code 0-5; empty for other values.
std::optional<ReasonCode> reason_of_return_code(std::uint8_t return_code);

}  // namespace gatehouse::mqtt
