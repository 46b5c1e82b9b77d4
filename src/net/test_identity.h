// For tests: a self-signed server certificate, which is also the authority to trust.
#pragma once

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <string>

namespace gatehouse::net {

struct TestIdentity {
    std::string certificate;
    std::string key;
};

inline std::string text_from(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
}

// `names` as OpenSSL writes subjectAltName: "DNS:device.example,IP:127.0.0.1".
inline TestIdentity make_identity(const char* names = "DNS:device.example") {
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* const name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION* const alternatives =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names);
    X509_add_ext(certificate, alternatives, -1);
    X509_EXTENSION_free(alternatives);
    X509_sign(certificate, key, EVP_sha256());
    BIO* const certificate_text = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(certificate_text, certificate);
    BIO* const key_text = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(key_text, key, nullptr, nullptr, 0, nullptr, nullptr);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return {text_from(certificate_text), text_from(key_text)};
}

}  // namespace gatehouse::net
