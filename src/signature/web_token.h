// JSON Web Tokens: read, verified, and judged by the rules of whoever takes them. Compact form,
// signed; one that is encrypted or nested is refused, and so is whatever names an extension.
//
// A token says which algorithm it was signed with, and is not believed: the algorithm has to be one
// of the rules' and fit the type of the key. Keys that a token brings itself ("jwk", "jku", "x5c",
// "x5u") are not looked at.
//
// Source: RFC 7515 (JWS), RFC 7519 (JWT), RFC 8725 (best current practices).
//
// Threads: pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "signature/json_web_key.h"

namespace gatehouse::signature {

inline constexpr std::size_t web_token_bytes_max = 16 * 1024;

// As it stands in the text; nothing of it is proved.
struct WebToken {
    std::string algorithm;  // "alg", whatever was named
    std::optional<std::string> key_id;
    std::string_view signed_text;  // of the text that was read
    Bytes signature;
    std::string_view claims_text;  // base64url, of the text that was read
};

// InvalidInput: no token, or one that this reader must not take. The text has to outlive the token.
Result<WebToken> read_web_token(std::string_view text);

struct WebTokenRules {
    std::vector<TokenAlgorithm> algorithms;
    std::vector<std::string> issuers;    // one of them, if there are any
    std::vector<std::string> audiences;  // one of them in the token's, if there are any
    std::chrono::seconds leeway{30};
    bool wants_expiry = true;
};

struct WebTokenProblem {
    // That the key is unknown may pass: the issuer may have a new one.
    enum class Kind : std::uint8_t { Refused, UnknownKey };
    Kind kind = Kind::Refused;
    std::string sentence;  // for the log; holds no part of the token that is a secret
};

struct WebTokenClaims {
    json::object all;
    std::optional<WallTime> expires;
};

// Verifies the signature, then looks at issuer, audience and times.
std::expected<WebTokenClaims, WebTokenProblem> judge_web_token(std::string_view text,
                                                               std::span<const JsonWebKey> keys,
                                                               const WebTokenRules& rules,
                                                               WallTime now);

}  // namespace gatehouse::signature
