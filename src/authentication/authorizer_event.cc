#include "authentication/authorizer_event.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/encoding.h"
#include "base/json.h"
#include "certificates/certificate.h"
#include "logs/masking.h"

namespace gatehouse::authentication {
namespace {

using logs::mask;

// Writes an object member by member, without building a document first.
class ObjectText {
public:
    void begin(std::string_view name = {}) {
        if (!name.empty()) key(name);
        text_ += '{';
        first_ = true;
    }
    void end() {
        text_ += '}';
        first_ = false;
    }
    void member(std::string_view name, std::string_view value) { raw(name, quote_json(value)); }
    void raw(std::string_view name, std::string_view json) {
        key(name);
        text_ += json;
    }
    std::string take() { return std::move(text_); }

private:
    void key(std::string_view name) {
        if (!first_) text_ += ',';
        first_ = false;
        text_ += quote_json(name);
        text_ += ':';
    }
    std::string text_;
    bool first_ = true;
};

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    return lower;
}

// In the order in which they came. One that came several times has its values in one list (RFC
// 9110, 5.3): of members with the same name one parser takes the first, another the last.
std::vector<std::pair<std::string, std::string>> by_name(const net::HttpHeaders& headers) {
    std::vector<std::pair<std::string, std::string>> fields;
    for (const auto& [name, value] : headers.fields()) {
        std::string lower = lower_case(name);
        const auto same = std::ranges::find(fields, lower, &decltype(fields)::value_type::first);
        if (same == fields.end()) {
            fields.emplace_back(std::move(lower), value);
        } else {
            same->second += ", " + value;
        }
    }
    return fields;
}

// RFC 7468: base64 in lines of 64 characters.
std::string pem_of(const Bytes& der) {
    constexpr std::size_t line_length = 64;
    const std::string base64 = to_base64(der);
    std::string pem = "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t at = 0; at < base64.size(); at += line_length) {
        pem += base64.substr(at, line_length);
        pem += '\n';
    }
    return pem + "-----END CERTIFICATE-----\n";
}

// The certificate is for those authorizers alone that decide beside it.
void add_tls(ObjectText& event, const Credentials& credentials) {
    const net::PeerFacts& peer = credentials.peer;
    const bool has_certificate = credentials.are_for_both() && !peer.client_certificate.empty();
    if (peer.server_name.empty() && !has_certificate) return;
    event.begin("tls");
    if (!peer.server_name.empty()) event.member("serverName", peer.server_name);
    if (has_certificate) {
        event.member("x509CertificatePem", pem_of(peer.client_certificate));
        event.member("principalId",
                     certificates::certificate_id_of(peer.client_certificate).view());
    }
    event.end();
}

void add_http(ObjectText& event, const HttpCredentials& http, Password password) {
    event.begin("http");
    event.begin("headers");
    for (const auto& [name, value] : by_name(http.headers)) {
        event.member(name, password == Password::Shown ? std::string_view(value) : mask);
    }
    event.end();
    if (!http.query.empty()) {
        event.member("queryString",
                     password == Password::Shown ? "?" + http.query : std::string(mask));
    }
    event.end();
}

void add_mqtt(ObjectText& event, const MqttCredentials& mqtt, Password password) {
    event.begin("mqtt");
    if (mqtt.user_name) {
        event.member("username", password == Password::Shown
                                     ? *mqtt.user_name
                                     : logs::masked_user_name(*mqtt.user_name));
    }
    if (mqtt.password) {
        event.member("password",
                     password == Password::Shown ? to_base64(*mqtt.password) : std::string(mask));
    }
    if (!mqtt.client_id.empty() && !mqtt.is_client_id_assigned)
        event.member("clientId", mqtt.client_id);
    event.end();
}

}  // namespace

std::string make_authorizer_event(const Credentials& credentials, const TokenFacts& token,
                                  Password password) {
    ObjectText event;
    event.begin();
    if (token.token) {
        event.member("token", password == Password::Shown ? std::string_view(*token.token) : mask);
    }
    event.raw("signatureVerified", token.signature_verified ? "true" : "false");
    std::string protocols;
    if (credentials.peer.is_tls) protocols += R"("tls",)";
    if (credentials.http) protocols += R"("http",)";
    if (credentials.mqtt) protocols += R"("mqtt",)";
    if (!protocols.empty()) protocols.pop_back();
    event.raw("protocols", "[" + protocols + "]");
    event.begin("protocolData");
    add_tls(event, credentials);
    if (credentials.http) add_http(event, *credentials.http, password);
    if (credentials.mqtt) add_mqtt(event, *credentials.mqtt, password);
    event.end();
    event.begin("connectionMetadata");
    event.member("id", credentials.trace_id.view());
    event.end();
    event.end();
    return event.take();
}

}  // namespace gatehouse::authentication
