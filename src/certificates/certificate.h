// What a certificate or a signing request says, read once into plain values.
//
// Pure; threads: any. Chain verdicts and their cache will stand beside this file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/named.h"
#include "base/result.h"

struct x509_st;

namespace gatehouse::certificates {

// SHA-256 of the DER form, 64 lower-case hexadecimal digits; AWS IoT's certificateId.
using CertificateId = Named<std::string, struct CertificateIdTag>;

enum class KeyKind : std::uint8_t { Rsa, EllipticCurve, Other };

struct PublicKeyFacts {
    KeyKind kind = KeyKind::Other;
    int bits = 0;
    std::string curve;  // "prime256v1"; empty unless EllipticCurve
};

struct Certificate {
    CertificateId id;
    std::string subject;      // RFC 2253: "CN=AWS IoT Certificate"
    std::string issuer;       // RFC 2253
    std::string common_name;  // of the subject, UTF-8; empty when absent
    std::string serial;       // upper-case hexadecimal, without sign or prefix
    std::vector<std::string> dns_names;
    std::vector<std::string> ip_addresses;  // "127.0.0.1", "::1"
    WallTime not_before{};
    WallTime not_after{};
    bool is_authority = false;  // basicConstraints CA:TRUE
    PublicKeyFacts key;
    Bytes der;
};

// The first certificate of a PEM text. ErrorKind::InvalidInput.
Result<Certificate> parse_certificate_pem(std::string_view pem);
// Of one that OpenSSL has read.
Result<Certificate> facts_of(x509_st& certificate);
// One DER certificate without anything behind it. ErrorKind::InvalidInput.
Result<Certificate> parse_certificate_der(BytesView der);

CertificateId certificate_id_of(BytesView der);

struct CertificateRequest {
    std::string subject;  // RFC 2253
    std::string common_name;
    PublicKeyFacts key;
};

// A certificate signing request (PKCS #10) whose self-signature verifies.
// ErrorKind::InvalidInput otherwise.
Result<CertificateRequest> parse_request_pem(std::string_view pem);

}  // namespace gatehouse::certificates
