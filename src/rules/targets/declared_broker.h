// `mqttBrokers` of the targets file: brokers that mqtt actions publish to.
//
//   "mqttBrokers": { "factory": { "url": "mqtts://broker.example:8883", "version": "5",
//                                 "userName": "…", "password": "…", "clientId": "…",
//                                 "caFile": "…", "certificateFile": "…", "privateKeyFile": "…" } }
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "base/tenant.h"
#include "mqtt/protocol.h"

namespace gatehouse::rules {

struct DeclaredMqttBroker {
    std::string host;
    std::uint16_t port = 8883;
    bool is_encrypted = true;
    mqtt::ProtocolVersion version = mqtt::ProtocolVersion::V5;
    std::string client_id;  // empty: one is made at the start
    std::optional<std::string> user_name;
    std::optional<std::string> password;
    std::filesystem::path ca_file;           // empty: whom the system trusts
    std::filesystem::path certificate_file;  // empty: none
    std::filesystem::path private_key_file;
    std::set<AccountId> accounts;  // whose rules may publish there
};

using DeclaredMqttBrokers = std::map<std::string, DeclaredMqttBroker, std::less<>>;

// InvalidInput, naming the member. Files are below `around`; `accounts` are those of brokers that
// name none.
Result<DeclaredMqttBrokers> declared_mqtt_brokers(const json::value& value,
                                                  const std::filesystem::path& around,
                                                  const std::set<AccountId>& accounts);

}  // namespace gatehouse::rules
