#include "certificates/certificate.h"

#include <openssl/bn.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <array>

#include "base/encoding.h"
#include "certificates/name_text.h"
#include "certificates/openssl.h"

namespace gatehouse::certificates {
namespace {

std::string common_name_of(const X509_NAME* name) {
    const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    if (at < 0) return {};
    return utf8_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
}

std::string serial_text(const X509& certificate) {
    BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr);
    if (number == nullptr) return {};
    BN_set_negative(number, 0);
    char* hex = BN_bn2hex(number);
    std::string text = hex == nullptr ? "" : hex;
    OPENSSL_free(hex);
    BN_free(number);
    return text;
}

PublicKeyFacts key_facts(EVP_PKEY* key) {
    PublicKeyFacts facts;
    if (key == nullptr) return facts;
    facts.bits = EVP_PKEY_get_bits(key);
    if (EVP_PKEY_is_a(key, "RSA") == 1) {
        facts.kind = KeyKind::Rsa;
    } else if (EVP_PKEY_is_a(key, "EC") == 1) {
        facts.kind = KeyKind::EllipticCurve;
        std::array<char, 64> curve{};
        std::size_t size = 0;
        if (EVP_PKEY_get_group_name(key, curve.data(), curve.size(), &size) == 1) {
            facts.curve.assign(curve.data(), size);
        }
    }
    return facts;
}

void read_alternative_names(const X509& certificate, Certificate& out) {
    auto* names = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        int type = 0;
        const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
        const auto* text = static_cast<const ASN1_STRING*>(value);
        if (type == GEN_DNS) {
            out.dns_names.push_back(raw_text(text));
        } else if (type == GEN_IPADD) {
            out.ip_addresses.push_back(address_text(text));
        }
    }
    GENERAL_NAMES_free(names);
    ERR_clear_error();
}

}  // namespace

CertificateId certificate_id_of(BytesView der) {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest;
    SHA256(der.data(), der.size(), digest.data());
    return CertificateId(to_hex(digest));
}

Result<Certificate> facts_of(X509& x509) {
    Certificate out;
    unsigned char* der = nullptr;
    const int size = i2d_X509(&x509, &der);
    if (size < 0) return openssl::failed(ErrorKind::InvalidInput, "the certificate is malformed");
    out.der.assign(der, der + size);
    OPENSSL_free(der);
    out.id = certificate_id_of(out.der);
    out.subject = distinguished_name_text(X509_get_subject_name(&x509));
    out.issuer = distinguished_name_text(X509_get_issuer_name(&x509));
    out.common_name = common_name_of(X509_get_subject_name(&x509));
    out.serial = serial_text(x509);
    read_alternative_names(x509, out);
    const auto not_before =
        openssl::time_of(X509_get0_notBefore(&x509), "the certificate's validity");
    if (!not_before) return fail(not_before.error());
    const auto not_after =
        openssl::time_of(X509_get0_notAfter(&x509), "the certificate's validity");
    if (!not_after) return fail(not_after.error());
    out.not_before = *not_before;
    out.not_after = *not_after;
    out.is_authority = (X509_get_extension_flags(&x509) & EXFLAG_CA) != 0;
    out.key = key_facts(X509_get0_pubkey(&x509));
    ERR_clear_error();
    return out;
}

Result<Certificate> parse_certificate_pem(std::string_view pem) {
    auto x509 = openssl::read_certificate(pem);
    if (!x509) return fail(std::move(x509.error()));
    return facts_of(**x509);
}

Result<Certificate> parse_certificate_der(BytesView der) {
    const unsigned char* at = der.data();
    const openssl::Certificate x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (x509 == nullptr) {
        return openssl::failed(ErrorKind::InvalidInput, "the bytes are not a DER certificate");
    }
    if (at != der.data() + der.size()) {
        return fail(ErrorKind::InvalidInput, "there are further bytes behind the certificate");
    }
    return facts_of(*x509);
}

Result<CertificateRequest> parse_request_pem(std::string_view pem) {
    auto request = openssl::read_request(pem);
    if (!request) return fail(std::move(request.error()));
    EVP_PKEY* key = X509_REQ_get0_pubkey(request->get());
    if (key == nullptr || X509_REQ_verify(request->get(), key) != 1) {
        return openssl::failed(ErrorKind::InvalidInput,
                               "the signing request is not signed with its own key");
    }
    const X509_NAME* subject = X509_REQ_get_subject_name(request->get());
    return CertificateRequest{distinguished_name_text(subject), common_name_of(subject),
                              key_facts(key)};
}

}  // namespace gatehouse::certificates
