// Authorizers and keys for tests.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <string>

#include "registry/authorizer.h"

namespace gatehouse::registry {

// A fresh RSA public key in PEM.
inline std::string make_rsa_pem(unsigned int bits) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(bits),
                                                                  &EVP_PKEY_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_PUBKEY(bio.get(), key.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

// One key for all tests of the program; making one takes tens of milliseconds.
inline const std::string& sample_pem() {
    static const std::string pem = make_rsa_pem(2048);
    return pem;
}

inline const FunctionArn sample_function{
    "arn:aws:lambda:us-east-1:000000000000:function:authorize"};

inline NewAuthorizer unsigned_authorizer(std::string name) {
    return {.name = AuthorizerName(std::move(name)),
            .function_arn = sample_function,
            .signing_disabled = true};
}

inline NewAuthorizer signed_authorizer(std::string name) {
    return {.name = AuthorizerName(std::move(name)),
            .function_arn = sample_function,
            .token_key_name = "token",
            .token_signing_public_keys = {{"first", sample_pem()}}};
}

}  // namespace gatehouse::registry
