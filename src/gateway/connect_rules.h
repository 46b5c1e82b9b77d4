// What a CONNECT may ask for, and what it gets: identifiers, keep-alive, session expiry, will.
// Pure.
//
// Source: AWS IoT Core Developer Guide, "MQTT"; quotas of the message broker.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/profile.h"
#include "mqtt/connack.h"
#include "mqtt/connect.h"
#include "mqtt/reason_code.h"

namespace gatehouse::gateway {

// Why a CONNECT that decoded is refused all the same.
struct ConnectProblem {
    mqtt::ReasonCode reason = mqtt::ReasonCode::UnspecifiedError;
    std::string sentence;
};

// Empty: acceptable.
std::optional<ConnectProblem> check_connect(const mqtt::Connect& connect, const Profile& profile);

// What the server grants.
struct ConnectTerms {
    std::uint16_t keep_alive_seconds = 0;  // 0: none
    bool keep_alive_changed = false;       // MQTT 5 tells it as Server Keep Alive
    std::uint32_t session_expiry_seconds = 0;
    bool session_expiry_changed = false;  // MQTT 5 tells it in CONNACK
    std::uint16_t receive_maximum = 0;    // towards the client
};
ConnectTerms terms_for(const mqtt::Connect& connect, const Limits& limits);

// The largest packet that a client may send.
std::uint32_t input_packet_bytes_max(const Limits& limits);

// The CONNACK that tells a client what it gets. `assigned_client_id`: empty if it brought its own.
mqtt::Connack connack_for(const ConnectTerms& terms, mqtt::ProtocolVersion version,
                          std::string_view assigned_client_id, const Profile& profile);

// Whether the client takes packets of the size of that CONNACK. Empty: it does.
std::optional<ConnectProblem> check_answer(const mqtt::Connect& connect,
                                           std::string_view assigned_client_id,
                                           const Profile& profile);

}  // namespace gatehouse::gateway
