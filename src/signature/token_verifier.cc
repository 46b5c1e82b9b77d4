#include "signature/token_verifier.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cassert>

#include "base/bytes.h"
#include "base/encoding.h"

namespace gatehouse::signature {
namespace {

// A 16384-bit key takes about 3 KiB.
constexpr std::size_t pem_bytes_max = 16 * 1024;

struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeDigest {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

bool verifies(EVP_PKEY* key, std::string_view token, BytesView signature) {
    const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
    const bool fine =
        EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
        EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                         reinterpret_cast<const unsigned char*>(token.data()), token.size()) == 1;
    // A mismatch leaves entries in the thread's error queue that others would trip over.
    ERR_clear_error();
    return fine;
}

}  // namespace

void TokenVerifier::FreeKey::operator()(evp_pkey_st* key) const {
    EVP_PKEY_free(key);
}

Result<TokenVerifier::Key> TokenVerifier::parse(const std::string& name, std::string_view pem) {
    const auto refuse = [&](std::string_view why) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("token signing public key '{}' {}", name, why));
    };
    if (pem.size() > pem_bytes_max) return refuse("is too long");
    if (pem.contains("PRIVATE KEY")) {
        return refuse(
            "is a private key; keep that with whoever signs tokens and give the public "
            "key (openssl rsa -in private.pem -pubout)");
    }
    if (pem.contains("BEGIN CERTIFICATE")) {
        return refuse("is a certificate; give its public key (openssl x509 -pubkey -noout)");
    }
    const std::unique_ptr<BIO, FreeBio> bio(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    std::unique_ptr<EVP_PKEY, FreeKey> key(
        PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    if (!key) return refuse("is not a PEM public key (-----BEGIN PUBLIC KEY-----)");
    if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) {
        return refuse("is not an RSA key; tokens are signed with RSA");
    }
    const int bits = EVP_PKEY_get_bits(key.get());
    if (bits < key_bits_min || bits > key_bits_max) {
        return refuse(fmt::format("has {} bits; from {} to {} are accepted", bits, key_bits_min,
                                  key_bits_max));
    }
    return Key{name, std::move(key)};
}

Result<TokenVerifier> TokenVerifier::make(const std::map<std::string, std::string>& pem_by_name) {
    assert(!pem_by_name.empty());
    TokenVerifier verifier;
    for (const auto& [name, pem] : pem_by_name) {
        auto key = parse(name, pem);
        if (!key) return fail(std::move(key.error()));
        verifier.keys_.push_back(std::move(*key));
    }
    return verifier;
}

TokenVerdict TokenVerifier::verify(std::string_view token, std::string_view signature) const {
    using Outcome = TokenVerdict::Outcome;
    if (token.empty()) return {Outcome::TokenMissing, "", "no token was sent"};
    if (signature.empty()) return {Outcome::SignatureMissing, "", "no token signature was sent"};
    const auto bytes = from_base64(signature);
    if (!bytes) {
        return {Outcome::SignatureMalformed, "",
                "the token signature is not base64 (standard alphabet, padded); encode it for the "
                "query string, since '+' and '/' and '=' mean something there"};
    }
    for (const Key& key : keys_) {
        if (verifies(key.key.get(), token, *bytes)) {
            return {Outcome::Verified, key.name,
                    fmt::format("the token signature verifies with key '{}'", key.name)};
        }
    }
    return {Outcome::SignatureMismatch, "",
            fmt::format("none of {} key(s) verifies the token signature; it must be made with "
                        "RSASSA-PKCS1-v1_5 and SHA-256 over exactly the token's characters, "
                        "without a line break",
                        keys_.size())};
}

}  // namespace gatehouse::signature
