// The signature of a custom authorizer's token: RSASSA-PKCS1-v1_5 with SHA-256 over the token's
// bytes, accepted when any of the authorizer's keys verifies it.
// Source: AWS IoT developer guide, "Understanding custom authentication" (token signing).
//
// Threads: immutable once made; verify() from any thread. One verification takes about 30 us
// (2048 bits), so it may run on a loop.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct evp_pkey_st;

namespace gatehouse::signature {

// What came of checking a token, with the reason.
struct TokenVerdict {
    enum class Outcome : std::uint8_t {
        Verified,
        TokenMissing,        // empty token
        SignatureMissing,    // empty signature
        SignatureMalformed,  // not base64
        SignatureMismatch,   // no key verifies it
    };
    Outcome outcome = Outcome::SignatureMismatch;
    std::string key_name;     // the key that verified it
    std::string explanation;  // one sentence; never the token itself

    bool verified() const { return outcome == Outcome::Verified; }
};

class TokenVerifier {
public:
    // Smaller keys are refused; larger ones would make verification slow.
    static constexpr int key_bits_min = 2048;
    static constexpr int key_bits_max = 16384;

    // Keys by name, each "-----BEGIN PUBLIC KEY-----" with an RSA key. InvalidInput names the key
    // and what is wrong with it. Requires: at least one key.
    static Result<TokenVerifier> make(const std::map<std::string, std::string>& pem_by_name);

    // `signature` is base64, standard alphabet, padded.
    TokenVerdict verify(std::string_view token, std::string_view signature) const;
    std::size_t key_count() const { return keys_.size(); }

private:
    struct FreeKey {
        void operator()(evp_pkey_st* key) const;
    };
    struct Key {
        std::string name;
        std::unique_ptr<evp_pkey_st, FreeKey> key;
    };
    static Result<Key> parse(const std::string& name, std::string_view pem);
    std::vector<Key> keys_;
};

}  // namespace gatehouse::signature
