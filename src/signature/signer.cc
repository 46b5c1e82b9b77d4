#include "signature/signer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <map>

#include "base/encoding.h"
#include "signature/canonical_request.h"
#include "signature/claim.h"

namespace gatehouse::signature {
namespace {

// Headers that a proxy or client library may add, drop or rewrite on the way.
constexpr std::array<std::string_view, 11> never_signed = {
    "authorization",       "connection", "expect",  "keep-alive",        "proxy-authenticate",
    "proxy-authorization", "te",         "trailer", "transfer-encoding", "upgrade",
    "user-agent"};

std::string signature_for(const CanonicalRequest& canonical, const SigningKey& key,
                          const Scope& scope, std::string_view amz_date) {
    const Digest derived = signing_key(key.secret, scope);
    return to_hex(hmac_sha256(view_of(derived), string_to_sign(amz_date, scope, canonical.text())));
}

std::string names_of(const CanonicalRequest& canonical) {
    std::string names;
    for (const auto& [name, value] : canonical.headers) {
        if (!names.empty()) names += ';';
        names += name;
    }
    return names;
}

std::string hash_of_body(const RequestView& request) {
    // A body that says it is unsigned is signed so.
    const auto declared = request.header("X-Amz-Content-Sha256");
    return declared ? std::string(*declared) : sha256_hex(request.body);
}

}  // namespace

HeaderFields sign_headers(const RequestView& request, const SigningKey& key, const Region& region,
                          std::string_view service, WallTime now, PathRule path_rule) {
    assert(request.header("Host"));
    const std::string amz_date = format_amz_date(now);
    const Credential credential{key.access_key_id,
                                {amz_date.substr(0, 8), region, std::string(service)}};
    HeaderFields added = {{"X-Amz-Date", amz_date}};
    if (!key.session_token.empty()) added.emplace_back("X-Amz-Security-Token", key.session_token);

    std::map<std::string, std::string> headers;
    for (const auto& [name, value] : request.headers) {
        const std::string lower = to_lower(name);
        if (std::ranges::find(never_signed, lower) != never_signed.end()) continue;
        headers[lower] = canonical_header_value(request, name);
    }
    for (const auto& [name, value] : added) headers[to_lower(name)] = value;

    const CanonicalRequest canonical{.method = std::string(request.method),
                                     .path = canonical_path(request.path, path_rule),
                                     .query = canonical_query(request.query),
                                     .headers = {headers.begin(), headers.end()},
                                     .payload_hash = hash_of_body(request)};
    added.emplace_back("Authorization",
                       fmt::format("{} Credential={}, SignedHeaders={}, Signature={}", algorithm,
                                   credential.text(), names_of(canonical),
                                   signature_for(canonical, key, credential.scope, amz_date)));
    return added;
}

std::string presign_query(const RequestView& request, const SigningKey& key, const Region& region,
                          std::string_view service, WallTime now, std::chrono::seconds lifetime) {
    assert(request.header("Host"));
    assert(lifetime.count() >= 1 && lifetime <= presigned_lifetime_max);
    const std::string amz_date = format_amz_date(now);
    const Credential credential{key.access_key_id,
                                {amz_date.substr(0, 8), region, std::string(service)}};
    std::string query(request.query);
    const auto add = [&query](std::string_view name, std::string_view value) {
        if (!query.empty()) query += '&';
        query += fmt::format("{}={}", name, percent_encode(value));
    };
    add("X-Amz-Algorithm", algorithm);
    add("X-Amz-Credential", credential.text());
    add("X-Amz-Date", amz_date);
    add("X-Amz-Expires", std::to_string(lifetime.count()));
    const bool token_is_signed = service != websocket_service;
    if (!key.session_token.empty() && token_is_signed) {
        add("X-Amz-Security-Token", key.session_token);
    }
    add("X-Amz-SignedHeaders", "host");
    const CanonicalRequest canonical{.method = std::string(request.method),
                                     .path = canonical_path(request.path),
                                     .query = canonical_query(query),
                                     .headers = {{"host", canonical_header_value(request, "host")}},
                                     .payload_hash = hash_of_body(request)};
    add("X-Amz-Signature", signature_for(canonical, key, credential.scope, amz_date));
    if (!key.session_token.empty() && !token_is_signed) {
        add("X-Amz-Security-Token", key.session_token);
    }
    return query;
}

}  // namespace gatehouse::signature
