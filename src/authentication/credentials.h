// What a client brought to prove who it is, wherever it stood: TLS, HTTP, CONNECT.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "authentication/user_name.h"
#include "base/bytes.h"
#include "base/tenant.h"
#include "base/uuid.h"
#include "net/http.h"
#include "net/transport.h"
#include "registry/domain_configuration.h"

namespace gatehouse::authentication {

// The id of one connection attempt: in the event for the function, in logs and in refusals.
using TraceId = UuidText;

// Kinds of authentication, named as `authenticationType` in AWS IoT logs.
enum class AuthenticationType : std::uint8_t { CustomAuth, X509, SigV4, CustomAuthX509, Anonymous };
// "CUSTOM_AUTH", "AWS_X509", "AWS_SIGV4", "CUSTOM_AUTH_X509", "ANONYMOUS".
std::string_view name_of(AuthenticationType type);

struct HttpCredentials {
    net::HttpHeaders headers;
    std::string query;  // without '?'
    // What a signature covers beside these. The body is the request's, and gone once it is served.
    std::string method;
    std::string path;
    std::string_view body;
};

struct MqttCredentials {
    std::string client_id;
    std::optional<std::string> user_name;
    std::optional<Bytes> password;
    bool is_client_id_assigned = false;  // by the server, since the device sent none
};

struct Credentials {
    Tenant tenant;
    TraceId trace_id;
    net::PeerFacts peer;
    std::unique_ptr<HttpCredentials> http;  // most connections have none
    std::optional<MqttCredentials> mqtt;
    // Of the host name that the client asked for; null: it has none.
    std::shared_ptr<const registry::DomainConfiguration> domain;
    // The thing for which a client with a certificate wants keys (credentials_provider.h), else
    // null. Like all that few connections have, it takes one word of each.
    std::unique_ptr<const std::string> thing_name;
    // Of a client that signed and is connected: the access key, which is all that is kept of its
    // request (kept_for_review()); null: it has none.
    std::unique_ptr<const std::string> access_key_id;
    // Why a custom authorizer may not decide here (the door's port, ALPN or SNI); null: it may.
    std::unique_ptr<const std::string> custom_authentication_problem;
    // Why a client certificate may not decide here (the door); null: it may.
    std::unique_ptr<const std::string> certificate_problem;
    // Whether TLS named an endpoint of the tenant (SNI).
    bool names_endpoint = false;
    // Whether the domain's function let the certificate in at an earlier request over this
    // connection.
    bool is_certificate_checked = false;

    // Whether an authorizer decides beside a certificate.
    bool are_for_both() const {
        return domain != nullptr &&
               domain->authentication == registry::DomainAuthentication::CustomAuthX509;
    }
    // How an authorizer's decision about them is called.
    AuthenticationType type_with_authorizer() const {
        return are_for_both() ? AuthenticationType::CustomAuthX509 : AuthenticationType::CustomAuth;
    }
    // How a decision about their certificate is called.
    AuthenticationType type_with_certificate() const {
        return are_for_both() ? AuthenticationType::CustomAuthX509 : AuthenticationType::X509;
    }
    // The name that tells the thing, where the certificate has it; over HTTP there may be none.
    std::optional<std::string> name_of_thing() const {
        if (mqtt) return mqtt->client_id;
        return thing_name ? std::optional(*thing_name) : std::nullopt;
    }
    // The MQTT user name, else empty.
    std::string_view user_name() const {
        return mqtt && mqtt->user_name ? std::string_view(*mqtt->user_name) : std::string_view();
    }
};

}  // namespace gatehouse::authentication
