// Owning handles of OpenSSL objects and its last error as text. For this module's sources only.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/release.h"
#include "base/result.h"

namespace gatehouse::certificates::openssl {

using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Request = std::unique_ptr<X509_REQ, Release<X509_REQ_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;

// A failure with what OpenSSL said about it; empties OpenSSL's error queue.
std::unexpected<Error> failed(ErrorKind kind, std::string_view what);

// Reads the text as one PEM object of its kind. ErrorKind::InvalidInput.
Result<Certificate> read_certificate(std::string_view pem);
Result<Request> read_request(std::string_view pem);
Result<Key> read_private_key(std::string_view pem);
// Of 2048 bits; fails, too, once it is asked to stop.
Result<Key> make_rsa_key(const std::stop_token& stop = {});
// Whether the key belongs to the certificate; false, too, when it cannot be read.
bool key_fits(X509& certificate, std::string_view key_pem);

// `what` it is, for the error: "the certificate's validity". ErrorKind::InvalidInput.
Result<WallTime> time_of(const ASN1_TIME* time, std::string_view what);

Result<std::string> to_pem(X509& certificate);
Result<std::string> to_pem(X509_REQ& request);
// RSA keys in the form that AWS IoT hands out (PKCS #1, "BEGIN RSA PRIVATE KEY"), which the oldest
// TLS stacks of devices read too; others as PKCS #8.
Result<std::string> private_key_to_pem(EVP_PKEY& key);
Result<std::string> public_key_to_pem(EVP_PKEY& key);

}  // namespace gatehouse::certificates::openssl
