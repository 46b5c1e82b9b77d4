// A door: one listener for devices, and which conversations it takes.
//
// Source: AWS IoT Core Developer Guide, "Protocols, port mappings, and authentication".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/guarded.h"
#include "base/profile.h"
#include "net/tls_context.h"
#include "net/transport.h"

namespace gatehouse::gateway {

enum class DoorKind : std::uint8_t {
    Mqtt,       // 1883: MQTT without TLS
    Mqtts,      // 8883: MQTT over TLS
    Https,      // 443: HTTP, WebSocket, or MQTT by ALPN
    HttpsMtls,  // 8443: HTTP with client certificates
    Api,        // 4566: the AWS API, where a WebSocket may carry MQTT, too
};
// "mqtt", "mqtts", "https", "https-mtls", "api".
std::string_view name_of(DoorKind kind);

// A TLS context that can be replaced while connections are made (renewed certificates).
//
// Threads: any.
class CurrentTls {
public:
    std::shared_ptr<const net::TlsContext> get() const { return *context_.lock(); }
    void replace(std::shared_ptr<const net::TlsContext> context) {
        *context_.lock() = std::move(context);
    }

private:
    async::Guarded<std::shared_ptr<const net::TlsContext>> context_;
};

struct Door {
    DoorKind kind = DoorKind::Mqtt;
    // Null: without TLS. Must outlive the door's connections.
    const CurrentTls* tls = nullptr;
};

enum class Conversation : std::uint8_t { Mqtt, Http };

// What the protocol agreed on by ALPN and the door say about the conversation; empty when the
// first bytes must tell.
std::optional<Conversation> conversation_of(const Door& door, const net::PeerFacts& peer,
                                            DoorRules rules);
// What the first bytes say: MQTT when they begin a CONNECT.
Conversation conversation_of(std::string_view first_bytes);

// The host name that a client asked for: SNI, or over HTTP without it the Host.
struct AskedName {
    std::string_view text;     // empty: none
    bool is_endpoint = false;  // TenantAnswer::is_endpoint
};
// Why MQTT is not taken where conversation_of() says HTTP, as a sentence.
std::string mqtt_where_http_is_spoken(const Door& door, const net::PeerFacts& peer);

// Whether a custom authorizer may decide at this door; otherwise why not, as a sentence.
std::optional<std::string> custom_authentication_problem(const Door& door,
                                                         const net::PeerFacts& peer,
                                                         const AskedName& name, DoorRules rules);

// The ALPN protocols and client certificate rules of a TLS door.
net::TlsSettings tls_settings(DoorKind kind, net::TlsIdentity identity);

}  // namespace gatehouse::gateway
