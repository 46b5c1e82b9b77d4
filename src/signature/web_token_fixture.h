// For tests: keys of every type, and tokens that they sign.
#pragma once

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "signature/json_web_key.h"

namespace gatehouse::signature {

inline std::string to_base64url(std::string_view text) {
    std::string encoded =
        to_base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    while (encoded.ends_with('=')) encoded.pop_back();
    for (char& c : encoded) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return encoded;
}

class TokenSigner {
public:
    // "RSA", "P-256", "P-384", "P-521", "ED25519", "ED448".
    static TokenSigner make(std::string_view kind) {
        TokenSigner made;
        if (kind == "RSA") {
            made.key_.reset(EVP_RSA_gen(2048));
        } else if (kind.starts_with("P-")) {
            made.key_.reset(EVP_EC_gen(std::string(kind).c_str()));
        } else {
            made.key_.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, std::string(kind).c_str()));
        }
        return made;
    }
    static TokenSigner secret(std::string bytes) {
        TokenSigner made;
        made.secret_ = std::move(bytes);
        return made;
    }

    std::string public_pem() const {
        BIO* const bio = BIO_new(BIO_s_mem());
        PEM_write_bio_PUBKEY(bio, key_.get());
        char* data = nullptr;
        const long size = BIO_get_mem_data(bio, &data);
        std::string pem(data, static_cast<std::size_t>(size));
        BIO_free(bio);
        return pem;
    }
    // A JWK where that is short to write: of secrets, RSA and Edwards keys.
    std::string jwk(std::string_view id = "") const {
        const std::string kid = id.empty() ? "" : fmt::format(R"("kid":"{}",)", id);
        if (!key_) return fmt::format(R"({{{}"kty":"oct","k":"{}"}})", kid, to_base64url(secret_));
        if (EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA) {
            return fmt::format(R"({{{}"kty":"RSA","n":"{}","e":"{}"}})", kid, number("n"),
                               number("e"));
        }
        std::string raw(64, '\0');
        std::size_t size = raw.size();
        EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(raw.data()),
                                    &size);
        raw.resize(size);
        return fmt::format(R"({{{}"kty":"OKP","crv":"{}","x":"{}"}})", kid,
                           size == 32 ? "Ed25519" : "Ed448", to_base64url(raw));
    }

    // header and claims are JSON text; signed by the algorithm given, whatever the header says.
    std::string token(TokenAlgorithm algorithm, std::string_view header,
                      std::string_view claims) const {
        const std::string text = to_base64url(header) + "." + to_base64url(claims);
        return text + "." + to_base64url(sign(algorithm, text));
    }
    std::string token(TokenAlgorithm algorithm, std::string_view claims) const {
        return token(algorithm, fmt::format(R"({{"alg":"{}"}})", name_of_choice(algorithm)),
                     claims);
    }

private:
    struct FreeKey {
        void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    };

    std::string number(const char* name) const {
        BIGNUM* value = nullptr;
        EVP_PKEY_get_bn_param(key_.get(), name, &value);
        std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
        BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
        BN_free(value);
        return to_base64url(bytes);
    }

    std::string sign(TokenAlgorithm algorithm, const std::string& text) const {
        const std::string_view name = name_of_choice(algorithm);
        const EVP_MD* const digest = name.ends_with("256")   ? EVP_sha256()
                                     : name.ends_with("384") ? EVP_sha384()
                                     : name.ends_with("512") ? EVP_sha512()
                                                             : nullptr;
        const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
        std::string made(1024, '\0');
        auto* const out = reinterpret_cast<unsigned char*>(made.data());
        if (!key_) {
            unsigned int length = 0;
            HMAC(digest, secret_.data(), static_cast<int>(secret_.size()), bytes, text.size(), out,
                 &length);
            made.resize(length);
            return made;
        }
        EVP_MD_CTX* const context = EVP_MD_CTX_new();
        EVP_PKEY_CTX* key_context = nullptr;
        EVP_DigestSignInit(context, &key_context, digest, nullptr, key_.get());
        if (name.starts_with("PS")) {
            EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING);
            EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST);
        }
        std::size_t length = made.size();
        EVP_DigestSign(context, out, &length, bytes, text.size());
        EVP_MD_CTX_free(context);
        made.resize(length);
        return name.starts_with("ES") ? both_numbers(made) : made;
    }

    // One behind the other, as JWA wants them.
    std::string both_numbers(const std::string& der) const {
        const auto* at = reinterpret_cast<const unsigned char*>(der.data());
        ECDSA_SIG* const numbers = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
        const int bytes = (EVP_PKEY_get_bits(key_.get()) + 7) / 8;
        std::string both(static_cast<std::size_t>(2 * bytes), '\0');
        auto* const out = reinterpret_cast<unsigned char*>(both.data());
        BN_bn2binpad(ECDSA_SIG_get0_r(numbers), out, bytes);
        BN_bn2binpad(ECDSA_SIG_get0_s(numbers), out + bytes, bytes);
        ECDSA_SIG_free(numbers);
        return both;
    }

    std::unique_ptr<EVP_PKEY, FreeKey> key_;
    std::string secret_;
};

}  // namespace gatehouse::signature
