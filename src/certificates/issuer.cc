#include "certificates/issuer.h"

#include <openssl/x509v3.h>

#include "certificates/openssl.h"

namespace gatehouse::certificates {
namespace {

openssl::Certificate read_der(BytesView der) {
    const unsigned char* at = der.data();
    return openssl::Certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

bool is_issued_by(X509& certificate, X509& authority) {
    if (X509_check_ca(&authority) == 0) return false;
    if (X509_check_issued(&authority, &certificate) != X509_V_OK) return false;
    EVP_PKEY* const key = X509_get0_pubkey(&authority);
    return key != nullptr && X509_verify(&certificate, key) == 1;
}

}  // namespace

bool is_issued_by(BytesView certificate, BytesView authority) {
    const auto issued = read_der(certificate);
    const auto issuer = read_der(authority);
    const bool is_issued = issued != nullptr && issuer != nullptr && is_issued_by(*issued, *issuer);
    ERR_clear_error();
    return is_issued;
}

Result<bool> is_for_request(BytesView certificate, std::string_view request_pem) {
    const auto issued = read_der(certificate);
    if (issued == nullptr) {
        return openssl::failed(ErrorKind::InvalidInput, "the bytes are not a DER certificate");
    }
    const auto request = openssl::read_request(request_pem);
    if (!request) return fail(request.error());
    EVP_PKEY* const issued_key = X509_get0_pubkey(issued.get());
    EVP_PKEY* const wanted_key = X509_REQ_get0_pubkey(request->get());
    const bool is_same =
        issued_key != nullptr && wanted_key != nullptr && EVP_PKEY_eq(issued_key, wanted_key) == 1;
    ERR_clear_error();
    return is_same;
}

Result<std::string> pem_of(BytesView der) {
    const auto certificate = read_der(der);
    if (certificate == nullptr) {
        return openssl::failed(ErrorKind::InvalidInput, "the bytes are not a DER certificate");
    }
    return openssl::to_pem(*certificate);
}

Result<Certificate> parse_single_certificate_pem(std::string_view pem) {
    constexpr std::string_view begin = "-----BEGIN ";
    auto certificate = parse_certificate_pem(pem);
    if (!certificate) return certificate;
    if (pem.find(begin) != pem.rfind(begin)) {
        return fail(ErrorKind::InvalidInput,
                    "the text holds more than one PEM object; give the certificate alone, without "
                    "those of its chain and without keys");
    }
    return certificate;
}

}  // namespace gatehouse::certificates
