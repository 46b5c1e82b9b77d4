#include "gateway/door.h"

#include <fmt/format.h>

namespace gatehouse::gateway {
namespace {

constexpr std::string_view mqtt_certificate_protocol = "x-amzn-mqtt-ca";
constexpr std::string_view http_certificate_protocol = "x-amzn-http-ca";
constexpr std::string_view mqtt_protocol = "mqtt";
constexpr std::string_view http_protocol = "http/1.1";
// Of the endpoints that give keys to who shows a certificate (registry/endpoint_name.h).
constexpr std::string_view credentials_endpoint_part = ".credentials.iot.";
constexpr std::size_t server_name_shown_max = 253;  // the longest that a host name may be

}  // namespace

std::string_view name_of(DoorKind kind) {
    switch (kind) {
        case DoorKind::Mqtt: return "mqtt";
        case DoorKind::Mqtts: return "mqtts";
        case DoorKind::Https: return "https";
        case DoorKind::HttpsMtls: return "https-mtls";
        case DoorKind::Api: return "api";
    }
    return "mqtt";
}

std::optional<Conversation> conversation_of(const Door& door, const net::PeerFacts& peer,
                                            DoorRules rules) {
    switch (door.kind) {
        case DoorKind::Mqtt:
        case DoorKind::Mqtts: return Conversation::Mqtt;
        case DoorKind::HttpsMtls:
        case DoorKind::Api: return Conversation::Http;
        case DoorKind::Https: break;
    }
    const std::string_view protocol = peer.application_protocol;
    if (protocol == mqtt_protocol || protocol == mqtt_certificate_protocol) {
        return Conversation::Mqtt;
    }
    if (protocol == http_certificate_protocol || rules == DoorRules::AsAws) {
        return Conversation::Http;
    }
    return std::nullopt;
}

Conversation conversation_of(std::string_view first_bytes) {
    return first_bytes.starts_with('\x10') ? Conversation::Mqtt : Conversation::Http;
}

std::string mqtt_where_http_is_spoken(const Door& door, const net::PeerFacts& peer) {
    if (door.kind != DoorKind::Https) {
        return fmt::format("the client spoke MQTT, and the {} port takes HTTP alone",
                           name_of(door.kind));
    }
    return fmt::format(
        "the client spoke MQTT, and the HTTPS port takes it on AWS IoT with ALPN 'mqtt' alone; {}",
        peer.application_protocol.empty()
            ? "the client agreed on no ALPN protocol"
            : fmt::format("the client asked for '{}'", peer.application_protocol));
}

std::optional<std::string> custom_authentication_problem(const Door& door,
                                                         const net::PeerFacts& peer,
                                                         const AskedName& name, DoorRules rules) {
    if (rules == DoorRules::Every) return std::nullopt;
    if (door.kind != DoorKind::Https) {
        return fmt::format(
            "custom authentication does not go through the {} port on AWS IoT; use "
            "the HTTPS port with ALPN 'mqtt'",
            name_of(door.kind));
    }
    if (peer.application_protocol == mqtt_certificate_protocol ||
        peer.application_protocol == http_certificate_protocol) {
        return fmt::format(
            "ALPN '{}' means a client certificate; custom authentication over MQTT "
            "needs ALPN 'mqtt'",
            peer.application_protocol);
    }
    if (name.text.empty()) {
        return "custom authentication needs SNI on AWS IoT: connect by host name";
    }
    if (!name.is_endpoint) {
        return fmt::format(
            "the server name '{}' is no endpoint of this server, and AWS IoT asks no authorizer "
            "then: connect by an endpoint's name (`aws iot describe-endpoint`)",
            name.text.substr(0, server_name_shown_max));
    }
    return std::nullopt;
}

net::TlsSettings tls_settings(DoorKind kind, net::TlsIdentity identity) {
    net::TlsSettings settings{.identity = std::move(identity)};
    switch (kind) {
        case DoorKind::Mqtt:
        case DoorKind::Api: break;
        case DoorKind::Mqtts:
            settings.application_protocols = {std::string(mqtt_certificate_protocol),
                                              std::string(mqtt_protocol)};
            settings.client_certificate = net::ClientCertificate::Requested;
            break;
        case DoorKind::Https:
            // Asking for a certificate without these protocols makes some SDKs give up.
            settings.application_protocols = {
                std::string(mqtt_certificate_protocol), std::string(http_certificate_protocol),
                std::string(mqtt_protocol), std::string(http_protocol)};
            settings.client_certificate_protocols = {std::string(mqtt_certificate_protocol),
                                                     std::string(http_certificate_protocol)};
            settings.client_certificate_names = credentials_endpoint_part;
            break;
        case DoorKind::HttpsMtls:
            settings.application_protocols = {std::string(http_protocol)};
            settings.client_certificate = net::ClientCertificate::Requested;
            break;
    }
    return settings;
}

}  // namespace gatehouse::gateway
