#include "signature/token_verifier.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/bytes.h"
#include "base/encoding.h"

namespace gatehouse::signature {
namespace {

using Outcome = TokenVerdict::Outcome;

struct KeyPair {
    explicit KeyPair(EVP_PKEY* made) : key(made) {}
    static KeyPair rsa(unsigned bits) { return KeyPair(EVP_RSA_gen(bits)); }
    ~KeyPair() { EVP_PKEY_free(key); }
    KeyPair(const KeyPair&) = delete;

    std::string public_pem() const {
        BIO* bio = BIO_new(BIO_s_mem());
        PEM_write_bio_PUBKEY(bio, key);
        char* data = nullptr;
        const long size = BIO_get_mem_data(bio, &data);
        std::string pem(data, static_cast<std::size_t>(size));
        BIO_free(bio);
        return pem;
    }
    std::string sign(std::string_view token) const {
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key);
        Bytes signature(1024);
        std::size_t size = signature.size();
        EVP_DigestSign(context, signature.data(), &size,
                       reinterpret_cast<const unsigned char*>(token.data()), token.size());
        EVP_MD_CTX_free(context);
        signature.resize(size);
        return to_base64(signature);
    }
    EVP_PKEY* key;
};

const KeyPair& first_key() {
    static const KeyPair pair = KeyPair::rsa(2048);
    return pair;
}
const KeyPair& second_key() {
    static const KeyPair pair = KeyPair::rsa(2048);
    return pair;
}

TEST(TokenVerifier, AcceptsWhatAnyKeySigned) {
    const auto verifier = TokenVerifier::make(
        {{"FIRST", first_key().public_pem()}, {"SECOND", second_key().public_pem()}});
    ASSERT_TRUE(verifier) << verifier.error().message;
    const auto verdict = verifier->verify("aToken", second_key().sign("aToken"));
    EXPECT_TRUE(verdict.verified()) << verdict.explanation;
    EXPECT_EQ(verdict.key_name, "SECOND");
    EXPECT_EQ(verifier->verify("aToken", first_key().sign("aToken")).key_name, "FIRST");
}

TEST(TokenVerifier, SaysWhyNot) {
    const auto verifier = TokenVerifier::make({{"FIRST", first_key().public_pem()}});
    ASSERT_TRUE(verifier);
    const std::string good = first_key().sign("aToken");
    EXPECT_EQ(verifier->verify("", good).outcome, Outcome::TokenMissing);
    EXPECT_EQ(verifier->verify("aToken", "").outcome, Outcome::SignatureMissing);
    EXPECT_EQ(verifier->verify("aToken", "%%%").outcome, Outcome::SignatureMalformed);
    EXPECT_EQ(verifier->verify("aToken\n", good).outcome, Outcome::SignatureMismatch);
    EXPECT_EQ(verifier->verify("aToken", second_key().sign("aToken")).outcome,
              Outcome::SignatureMismatch);
    EXPECT_EQ(verifier->verify("aToken", to_base64(bytes_of("short"))).outcome,
              Outcome::SignatureMismatch);
}

TEST(TokenVerifier, RefusesUnsuitableKeys) {
    const auto refused = [](const std::string& pem, std::string_view why) {
        const auto verifier = TokenVerifier::make({{"KEY", pem}});
        ASSERT_FALSE(verifier);
        EXPECT_EQ(verifier.error().kind, ErrorKind::InvalidInput);
        EXPECT_NE(verifier.error().message.find(why), std::string::npos)
            << verifier.error().message;
    };
    refused("", "not a PEM public key");
    refused("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n", "not a PEM public key");
    refused(KeyPair::rsa(1024).public_pem(), "1024 bits");
    refused(KeyPair(EVP_EC_gen("P-256")).public_pem(), "not an RSA key");
    refused("-----BEGIN RSA PRIVATE KEY-----\n", "private key");
    refused("-----BEGIN CERTIFICATE-----\n", "certificate");
    refused(std::string(20'000, 'A'), "too long");
}

}  // namespace
}  // namespace gatehouse::signature
