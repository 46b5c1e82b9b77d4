// Names in certificates as text. For this module's sources only.
#pragma once

#include <openssl/x509.h>

#include <string>

namespace gatehouse::certificates {

// RFC 2253: "CN=AWS IoT Certificate".
std::string distinguished_name_text(const X509_NAME* name);
// UTF-8; empty when it is no text.
std::string utf8_of(const ASN1_STRING* text);
// As it stands.
std::string raw_text(const ASN1_STRING* text);
// "127.0.0.1", "::1"; empty when it is no address.
std::string address_text(const ASN1_STRING* address);

}  // namespace gatehouse::certificates
