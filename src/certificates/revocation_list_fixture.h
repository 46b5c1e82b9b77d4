// For tests: revocation lists as an authority makes them.
#pragma once

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <optional>
#include <string>
#include <vector>

#include "certificates/issue.h"
#include "certificates/openssl.h"

namespace gatehouse::certificates {

struct RevocationListRequest {
    std::vector<std::string> revoked;     // certificates in PEM
    int reason = CRL_REASON_UNSPECIFIED;  // of all of them
    WallTime made;
    std::optional<WallTime> next_update;
    // An extension of the list, as OpenSSL's configuration writes them.
    int extension = NID_undef;
    const char* extension_value = "";
};

class RevocationListMaker {
public:
    static std::string pem(const AuthorityPem& authority, const RevocationListRequest& request) {
        const auto issuer = openssl::read_certificate(authority.certificate_pem).value();
        const auto key = openssl::read_private_key(authority.private_key_pem).value();
        X509_CRL* const list = X509_CRL_new();
        X509_CRL_set_version(list, X509_CRL_VERSION_2);
        X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer.get()));
        set_times(*list, request);
        for (const std::string& revoked : request.revoked) add(*list, revoked, request);
        if (request.extension != NID_undef) extend(*list, *issuer, request);
        X509_CRL_sort(list);
        EXPECT_GT(X509_CRL_sign(list, key.get(), EVP_sha256()), 0);
        const openssl::Bio bio(BIO_new(BIO_s_mem()));
        PEM_write_bio_X509_CRL(bio.get(), list);
        X509_CRL_free(list);
        char* at = nullptr;
        const long size = BIO_get_mem_data(bio.get(), &at);
        return {at, static_cast<std::size_t>(size)};
    }

private:
    static ASN1_TIME* time_at(WallTime time) {
        return ASN1_TIME_set(
            nullptr,
            std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
    }
    static void set_times(X509_CRL& list, const RevocationListRequest& request) {
        ASN1_TIME* const made = time_at(request.made);
        X509_CRL_set1_lastUpdate(&list, made);
        ASN1_TIME_free(made);
        if (!request.next_update) return;
        ASN1_TIME* const next = time_at(*request.next_update);
        X509_CRL_set1_nextUpdate(&list, next);
        ASN1_TIME_free(next);
    }
    static void add(X509_CRL& list, const std::string& pem, const RevocationListRequest& request) {
        const auto certificate = openssl::read_certificate(pem).value();
        X509_REVOKED* const entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate.get()));
        ASN1_TIME* const since = time_at(request.made);
        X509_REVOKED_set_revocationDate(entry, since);
        ASN1_TIME_free(since);
        if (request.reason != CRL_REASON_UNSPECIFIED) {
            ASN1_ENUMERATED* const code = ASN1_ENUMERATED_new();
            ASN1_ENUMERATED_set(code, request.reason);
            X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, code, 0, 0);
            ASN1_ENUMERATED_free(code);
        }
        X509_CRL_add0_revoked(&list, entry);
    }
    static void extend(X509_CRL& list, X509& issuer, const RevocationListRequest& request) {
        X509V3_CTX context{};
        X509V3_set_ctx(&context, &issuer, nullptr, nullptr, &list, 0);
        X509_EXTENSION* const extension =
            X509V3_EXT_conf_nid(nullptr, &context, request.extension, request.extension_value);
        ASSERT_NE(extension, nullptr);
        X509_CRL_add_ext(&list, extension, -1);
        X509_EXTENSION_free(extension);
    }
};

}  // namespace gatehouse::certificates
