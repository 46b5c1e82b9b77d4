// What stays true of a device connection from CONNACK to its end.
#pragma once

#include <memory>
#include <string>

#include "authentication/authenticator.h"
#include "base/clock.h"
#include "base/tenant.h"
#include "base/uuid.h"
#include "gateway/domain.h"
#include "gateway/door.h"
#include "gateway/password_exposure.h"
#include "logs/event.h"
#include "logs/level.h"
#include "logs/trace.h"
#include "mqtt/protocol.h"
#include "net/address.h"
#include "net/listener.h"
#include "net/transport.h"

namespace gatehouse::gateway {

struct DeviceFacts {
    std::shared_ptr<const Tenant> shared_tenant;  // never null; of many connections
    UuidText trace_id;                            // of the connection attempt
    std::string client_id;
    std::string source_ip;
    std::uint16_t source_port = 0;
    DoorKind door = DoorKind::Mqtt;
    DomainConfigurationPtr domain;  // by whose host name it came; null: by an endpoint's
    PasswordExposure password_exposure = PasswordExposure::None;
    mqtt::ProtocolVersion version = mqtt::ProtocolVersion::V3_1_1;
    logs::Level log_level = logs::Level::Info;
    std::uint32_t log_level_generation = 0;  // of the levels when log_level was asked for
    std::uint16_t keep_alive_seconds = 0;
    WallTime connected_at{};
    std::uint32_t session_expiry_asked = 0;  // MQTT 5: DISCONNECT may not raise it from 0
    // Kept only while somebody may have to be asked again with the same data.
    std::shared_ptr<const authentication::Credentials> credentials;
    logs::TraceStore::Recorder trace;
    net::ConnectionLimits::Slot slot;

    const Tenant& tenant() const { return *shared_tenant; }
    logs::Origin origin(std::string_view principal_id) const {
        return {.protocol = "MQTT",
                .client_id = client_id,
                .principal_id = principal_id,
                .source_ip = source_ip,
                .source_port = source_port};
    }
    // Whose level of logging it is.
    logs::Subject subject(std::string_view principal_id = {}) const {
        return {.tenant = tenant(),
                .client_id = client_id,
                .principal_id = principal_id,
                .source_ip = source_ip};
    }
};

}  // namespace gatehouse::gateway
