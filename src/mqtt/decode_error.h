// Why bytes are not a valid packet: what to answer, which rule was broken, one sentence.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "mqtt/protocol.h"
#include "mqtt/reason_code.h"

namespace gatehouse::mqtt {

// Cheap to make and to pass: every text is a literal with static storage.
struct DecodeError {
    // What an MQTT 5 peer is told in CONNACK or DISCONNECT. A 3.1.1 peer is told the nearest
    // connect_return_code(), or sees the connection close.
    ReasonCode reason = ReasonCode::MalformedPacket;
    // The rule in the specification of the connection's version: a conformance statement
    // ("MQTT-3.1.2-3") or, where none is numbered, a section ("3.1.2.11.3").
    std::string_view clause;
    // The field or property concerned ("Receive Maximum"); may be empty.
    std::string_view subject;
    // A sentence about it ("must not be 0").
    std::string_view text;

    // "Receive Maximum: must not be 0 [3.1.2.11.3]".
    std::string describe() const;
    bool operator==(const DecodeError&) const = default;
};

template <class T>
using Decoded = std::expected<T, DecodeError>;

constexpr std::unexpected<DecodeError> malformed(std::string_view clause, std::string_view subject,
                                                 std::string_view text) {
    return std::unexpected(DecodeError{ReasonCode::MalformedPacket, clause, subject, text});
}
constexpr std::unexpected<DecodeError> protocol_error(std::string_view clause,
                                                      std::string_view subject,
                                                      std::string_view text) {
    return std::unexpected(DecodeError{ReasonCode::ProtocolError, clause, subject, text});
}

// One rule, numbered differently in the two specifications. MQTT 3.1 goes by the 3.1.1 number.
constexpr std::string_view clause(ProtocolVersion version, std::string_view v3,
                                  std::string_view v5) {
    return version == ProtocolVersion::V5 ? v5 : v3;
}

}  // namespace gatehouse::mqtt
