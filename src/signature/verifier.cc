#include "signature/verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/encoding.h"
#include "signature/canonical_request.h"

namespace gatehouse::signature {
namespace {

constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

std::unexpected<Refusal> refuse(Problem problem, std::string message) {
    return std::unexpected(Refusal{.problem = problem, .message = std::move(message)});
}

std::expected<void, Refusal> check_time(const Claim& claim, WallTime now,
                                        std::chrono::seconds skew) {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(skew).count();
    if (claim.signed_at > now + skew) {
        return refuse(Problem::NotYetCurrent,
                      fmt::format("Signature not yet current: {} is still later than {} ({} + {} "
                                  "min.); check the clock of this machine and of the server",
                                  claim.amz_date, format_amz_date(now + skew), format_amz_date(now),
                                  minutes));
    }
    // A presigned address carries its own lifetime; a header lives as long as clocks may differ.
    const bool presigned = claim.form == Claim::Form::Query;
    const WallTime end = claim.signed_at + (presigned ? claim.expires : skew);
    if (now <= end) return {};
    if (presigned) {
        return refuse(Problem::ExpiredSignature,
                      fmt::format("Signature expired: the address was valid until {}, now is {}",
                                  format_amz_date(end), format_amz_date(now)));
    }
    return refuse(
        Problem::ExpiredSignature,
        fmt::format("Signature expired: {} is now earlier than {} ({} - {} min.); check "
                    "the clock of this machine and of the server",
                    claim.amz_date, format_amz_date(now - skew), format_amz_date(now), minutes));
}

std::expected<void, Refusal> check_token(const Claim& claim, const AccessKey& key, WallTime now) {
    if (!equal_in_constant_time(claim.session_token, key.session_token)) {
        return refuse(Problem::TokenMismatch,
                      key.session_token.empty()
                          ? "The security token included in the request is invalid: this access "
                            "key is a lasting one and takes no session token"
                          : "The security token included in the request is invalid: this access "
                            "key is a temporary one and needs the session token issued with it");
    }
    if (key.expires && now >= *key.expires) {
        return refuse(Problem::ExpiredToken,
                      "The security token included in the request is expired");
    }
    return {};
}

// What the canonical request ends with: the hash of the body.
std::expected<std::string, Refusal> payload_hash(const RequestView& request) {
    const auto declared = request.header("X-Amz-Content-Sha256");
    const auto encoding = request.header("Content-Encoding");
    if ((declared && declared->starts_with("STREAMING-")) ||
        (encoding && to_lower(*encoding).contains("aws-chunked"))) {
        return refuse(Problem::UnsupportedPayload,
                      "bodies signed chunk by chunk (aws-chunked) are not accepted here; send the "
                      "body whole");
    }
    // S3 alone takes such bodies, and is not served here: whoever is on the way could exchange
    // them.
    if (declared && *declared == unsigned_payload) {
        return refuse(Problem::UnsupportedPayload,
                      "bodies that are not signed (UNSIGNED-PAYLOAD) are not accepted here; sign "
                      "the body");
    }
    std::string computed =
        request.body.empty() ? std::string(empty_payload_hash) : sha256_hex(request.body);
    if (declared && to_lower(*declared) != computed) {
        return refuse(Problem::PayloadHashMismatch,
                      "The provided 'x-amz-content-sha256' header does not match what was "
                      "computed: the body changed after it was signed");
    }
    return computed;
}

// One reading of what the signer may have signed.
struct Reading {
    PathRule path = PathRule::EncodedAgain;
    bool token_in_query = true;
    std::optional<std::string> host;  // instead of the Host header
    bool operator==(const Reading&) const = default;
};

CanonicalRequest canonicalise(const Claim& claim, const RequestView& request,
                              const std::string& payload, const Reading& reading) {
    std::vector<std::string_view> left_out = {"X-Amz-Signature"};
    if (!reading.token_in_query) left_out.push_back("X-Amz-Security-Token");
    if (claim.form == Claim::Form::Header) left_out.clear();
    CanonicalRequest canonical{.method = std::string(request.method),
                               .path = canonical_path(request.path, reading.path),
                               .query = canonical_query(request.query, left_out),
                               .payload_hash = payload};
    for (const auto& name : claim.signed_headers) {
        canonical.headers.emplace_back(name, name == "host" && reading.host
                                                 ? *reading.host
                                                 : canonical_header_value(request, name));
    }
    return canonical;
}

std::string signature_of(const Digest& key, const Claim& claim, std::string_view canonical) {
    return to_hex(hmac_sha256(view_of(key),
                              string_to_sign(claim.amz_date, claim.credential.scope, canonical)));
}

// The host with the default port taken away, or put there.
std::string with_other_port(std::string_view host) {
    if (host.ends_with(":443")) return std::string(host.substr(0, host.size() - 4));
    return std::string(host) + ":443";
}

// The readings under which a signature counts. WebSocket addresses are signed without the
// session token by most SDKs, with it by some, and with or without the default port.
std::vector<Reading> accepted_readings(const Claim& claim, const RequestView& request) {
    if (claim.credential.scope.service != websocket_service) return {Reading{}};
    std::vector<std::optional<std::string>> hosts = {std::nullopt};
    const auto host = request.header("Host");
    if (host && (host->ends_with(":443") || !host->contains(':'))) {
        hosts.emplace_back(with_other_port(*host));
    }
    const bool has_token = claim.form == Claim::Form::Query && !claim.session_token.empty();
    std::vector<Reading> readings;
    for (const auto& as : hosts) {
        if (has_token) readings.push_back({.token_in_query = false, .host = as});
        readings.push_back({.token_in_query = true, .host = as});
    }
    return readings;
}

struct Mistake {
    Reading reading;
    std::string_view in_words;
};

// Readings that do not count, tried only to say what went wrong.
std::vector<Mistake> known_mistakes(const RequestView& request) {
    const std::string host(request.header("Host").value_or(""));
    std::vector<Mistake> mistakes = {
        {{.path = PathRule::AsSent},
         "the signer encoded the path once; every service but S3 wants the encoded path encoded "
         "a second time"},
        {{.token_in_query = false},
         "the signer left X-Amz-Security-Token out of the signed query"}};
    if (const auto colon = host.rfind(':'); colon != host.npos) {
        mistakes.push_back({{.host = host.substr(0, colon)},
                            "the signer left the port out of the signed Host header"});
    }
    return mistakes;
}

std::unexpected<Refusal> mismatch(const Claim& claim, const RequestView& request,
                                  const std::string& payload, const Digest& key) {
    Refusal refusal{.problem = Problem::SignatureMismatch};
    refusal.canonical_request = canonicalise(claim, request, payload, Reading{}).text();
    refusal.string_to_sign =
        string_to_sign(claim.amz_date, claim.credential.scope, refusal.canonical_request);
    for (const auto& [reading, in_words] : known_mistakes(request)) {
        const auto text = canonicalise(claim, request, payload, reading).text();
        if (equal_in_constant_time(signature_of(key, claim, text), claim.signature)) {
            refusal.likely_cause = in_words;
            break;
        }
    }
    refusal.message = fmt::format(
        "The request signature we calculated does not match the signature you provided. Check "
        "your AWS Secret Access Key and signing method. Consult the service documentation for "
        "details.{}\n\nThe Canonical String for this request should have been\n'{}'\n\nThe "
        "String-to-Sign should have been\n'{}'\n",
        refusal.likely_cause.empty() ? "" : " Likely cause: " + refusal.likely_cause + ".",
        refusal.canonical_request, refusal.string_to_sign);
    return std::unexpected(std::move(refusal));
}

// The operation of a JSON 1.1 request stands in a header: unsigned, it could be exchanged.
std::expected<void, Refusal> check_signed_headers(const Claim& claim, const RequestView& request) {
    const auto& names = claim.signed_headers;
    if (request.header("X-Amz-Target") && std::ranges::find(names, "x-amz-target") == names.end()) {
        return refuse(Problem::IncompleteSignature, "'X-Amz-Target' must be one of SignedHeaders");
    }
    return {};
}

}  // namespace

std::expected<void, Refusal> verify(const Claim& claim, const RequestView& request,
                                    const AccessKey& key, WallTime now,
                                    const VerifySettings& settings) {
    if (auto fine = check_signed_headers(claim, request); !fine) return fine;
    if (auto fine = check_token(claim, key, now); !fine) return fine;
    if (auto fine = check_time(claim, now, settings.skew_max); !fine) return fine;
    const auto payload = payload_hash(request);
    if (!payload) return std::unexpected(payload.error());

    const Digest derived = signing_key(key.secret, claim.credential.scope);
    for (const Reading& reading : accepted_readings(claim, request)) {
        const std::string text = canonicalise(claim, request, *payload, reading).text();
        if (equal_in_constant_time(signature_of(derived, claim, text), claim.signature)) return {};
    }
    return mismatch(claim, request, *payload, derived);
}

std::expected<Verified, Refusal> verify_request(const RequestView& request, const KeyLookup& keys,
                                                WallTime now, const VerifySettings& settings) {
    auto claim = read_claim(request);
    if (!claim) return std::unexpected(std::move(claim.error()));
    auto key = keys.find(claim->credential.access_key_id);
    if (!key) {
        return refuse(Problem::UnknownKey,
                      fmt::format("The security token included in the request is invalid: access "
                                  "key '{}' is not known here or not active",
                                  claim->credential.access_key_id.value()));
    }
    if (auto proved = verify(*claim, request, *key, now, settings); !proved) {
        return std::unexpected(std::move(proved.error()));
    }
    return Verified{std::move(claim->credential), std::move(*key)};
}

}  // namespace gatehouse::signature
