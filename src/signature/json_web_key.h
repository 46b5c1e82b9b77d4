// Keys that JSON Web Tokens are verified with, and the algorithms they serve for.
//
// A key has one type for good: no public key is ever used as the secret of an HMAC, and no secret
// as a public key.
//
// Source: RFC 7517 (JWK), RFC 7518 (JWA), RFC 8037 (Ed25519 and Ed448).
//
// Threads: immutable after make; any.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/choice.h"
#include "base/json.h"
#include "base/result.h"

struct evp_pkey_st;

namespace gatehouse::signature {

enum class TokenAlgorithm : std::uint8_t {
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    ES512,
    EdDSA,
    HS256,
    HS384,
    HS512,
};

// From whom a set of keys comes. A secret that is fetched is none.
enum class KeyOrigin : std::uint8_t { OwnFile, Fetched };

class JsonWebKey {
public:
    enum class Type : std::uint8_t { Rsa, P256, P384, P521, Ed25519, Ed448, Secret };

    // InvalidInput: malformed, too weak (RSA under 2048 bits, a secret under 32 bytes), or private.
    // Unsupported: a key of another type or for another use, which a set may hold.
    static Result<JsonWebKey> from_json(const json::object& key);
    // A public key in PEM.
    static Result<JsonWebKey> from_pem(const std::string& pem);

    Type type() const { return type_; }
    const std::string& id() const { return id_; }  // empty: it has none
    // By type, length and the key's own "alg".
    bool serves_for(TokenAlgorithm algorithm) const;
    // Requires: serves_for(). Secrets are compared in constant time.
    bool verifies(TokenAlgorithm algorithm, std::string_view text, BytesView signature) const;

private:
    struct FreeKey {
        void operator()(evp_pkey_st* key) const;
    };
    using PublicKey = std::unique_ptr<evp_pkey_st, FreeKey>;

    JsonWebKey() = default;
    static Result<JsonWebKey> of(PublicKey key);
    static Result<PublicKey> rsa_key(const json::object& key);
    static Result<PublicKey> curve_key(const json::object& key);
    static Result<PublicKey> edwards_key(const json::object& key);
    bool verifies_publicly(TokenAlgorithm algorithm, std::string_view text,
                           BytesView signature) const;

    Type type_ = Type::Secret;
    std::string id_;
    std::optional<TokenAlgorithm> algorithm_;
    PublicKey public_key_;
    std::string secret_;
};

inline constexpr std::size_t web_keys_max = 64;

// What a file or an address of keys holds: a JWK set, one JWK, or PEM public keys.
class JsonWebKeys {
public:
    // InvalidInput: unreadable, without a key that can be used, or with over web_keys_max. Of what
    // is fetched, keys that cannot be used and those beyond web_keys_max are left out, and a set
    // may be empty: so an issuer withdraws its keys.
    static Result<JsonWebKeys> parse(const std::string& text, KeyOrigin origin);

    const std::vector<JsonWebKey>& all() const { return keys_; }

private:
    std::vector<JsonWebKey> keys_;
};

}  // namespace gatehouse::signature

template <>
struct gatehouse::ChoiceNames<gatehouse::signature::TokenAlgorithm> {
    static constexpr std::array<std::string_view, 13> names{
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
        "ES384", "ES512", "EdDSA", "HS256", "HS384", "HS512"};
};
