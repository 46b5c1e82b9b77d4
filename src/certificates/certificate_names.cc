#include "certificates/certificate_names.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <string_view>

#include "base/release.h"
#include "certificates/name_text.h"
#include "certificates/openssl.h"

namespace gatehouse::certificates {
namespace {

struct Attribute {
    int kind;
    std::string_view name;
};

constexpr std::array<Attribute, 13> attributes{{
    {NID_dnQualifier, "DistinguishedNameQualifier"},
    {NID_countryName, "Country"},
    {NID_organizationName, "Organization"},
    {NID_organizationalUnitName, "OrganizationalUnit"},
    {NID_stateOrProvinceName, "State"},
    {NID_commonName, "CommonName"},
    {NID_serialNumber, "SerialNumber"},
    {NID_title, "Title"},
    {NID_surname, "Surname"},
    {NID_givenName, "GivenName"},
    {NID_initials, "Initials"},
    {NID_pseudonym, "Pseudonym"},
    {NID_generationQualifier, "GenerationQualifier"},
}};

constexpr std::array<Attribute, 5> alternatives{{
    {GEN_EMAIL, "RFC822Name"},
    {GEN_DNS, "DNSName"},
    {GEN_DIRNAME, "DirectoryName"},
    {GEN_URI, "UniformResourceIdentifier"},
    {GEN_IPADD, "IPAddress"},
}};

std::string value_of(int type, const void* value) {
    if (type == GEN_DIRNAME) return distinguished_name_text(static_cast<const X509_NAME*>(value));
    const auto* text = static_cast<const ASN1_STRING*>(value);
    return type == GEN_IPADD ? address_text(text) : raw_text(text);
}

void add_if_any(CertificateNames& names, std::string name, std::vector<std::string> values) {
    std::erase(values, std::string());
    if (!values.empty()) names.emplace_back(std::move(name), std::move(values));
}

void add_attributes(CertificateNames& names, std::string_view whose, const X509_NAME* name) {
    for (const Attribute& attribute : attributes) {
        std::vector<std::string> values;
        for (int at = -1; (at = X509_NAME_get_index_by_NID(name, attribute.kind, at)) >= 0;) {
            values.push_back(utf8_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at))));
        }
        add_if_any(names, fmt::format("{}.{}", whose, attribute.name), std::move(values));
    }
}

void add_alternatives(CertificateNames& names, std::string_view whose, const X509& certificate,
                      int extension) {
    const std::unique_ptr<GENERAL_NAMES, Release<GENERAL_NAMES_free>> found(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, extension, nullptr, nullptr)));
    for (const Attribute& alternative : alternatives) {
        std::vector<std::string> values;
        for (int i = 0; i < sk_GENERAL_NAME_num(found.get()); ++i) {
            int type = 0;
            const void* const value =
                GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(found.get(), i), &type);
            if (type == alternative.kind) values.push_back(value_of(type, value));
        }
        add_if_any(names, fmt::format("{}.AlternativeName.{}", whose, alternative.name),
                   std::move(values));
    }
}

}  // namespace

Result<CertificateNames> names_in(BytesView certificate_der) {
    const unsigned char* at = certificate_der.data();
    const openssl::Certificate certificate(
        d2i_X509(nullptr, &at, static_cast<long>(certificate_der.size())));
    if (certificate == nullptr) {
        return openssl::failed(ErrorKind::InvalidInput, "the certificate is malformed");
    }
    CertificateNames names;
    add_attributes(names, "Subject", X509_get_subject_name(certificate.get()));
    add_alternatives(names, "Subject", *certificate, NID_subject_alt_name);
    add_attributes(names, "Issuer", X509_get_issuer_name(certificate.get()));
    add_alternatives(names, "Issuer", *certificate, NID_issuer_alt_name);
    ERR_clear_error();
    return names;
}

}  // namespace gatehouse::certificates
