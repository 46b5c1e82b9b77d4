#include "certificates/certificate_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include "certificates/openssl.h"

namespace gatehouse::certificates {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

void add(X509_NAME* name, int kind, const char* text) {
    ASSERT_EQ(X509_NAME_add_entry_by_NID(name, kind, MBSTRING_UTF8,
                                         reinterpret_cast<const unsigned char*>(text), -1, -1, 0),
              1);
}

void add_extension(X509& certificate, int kind, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    ASSERT_NE(extension, nullptr);
    ASSERT_EQ(X509_add_ext(&certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

Bytes der_of(X509& certificate) {
    const openssl::Key key(EVP_EC_gen("P-256"));
    X509_set_version(&certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(&certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(&certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(&certificate), 3600);
    X509_set_pubkey(&certificate, key.get());
    X509_sign(&certificate, key.get(), EVP_sha256());
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(&certificate, &bytes);
    Bytes der(bytes, bytes + size);
    OPENSSL_free(bytes);
    return der;
}

TEST(CertificateNames, EachAttributeWithItsValues) {
    const openssl::Certificate certificate(X509_new());
    X509_NAME* const subject = X509_get_subject_name(certificate.get());
    add(subject, NID_commonName, "lamp");
    add(subject, NID_organizationalUnitName, "first");
    add(subject, NID_organizationalUnitName, "zw\xc3\xb6lf");
    add(subject, NID_serialNumber, "4711");
    add(X509_get_issuer_name(certificate.get()), NID_countryName, "DE");
    add_extension(
        *certificate, NID_subject_alt_name,
        "DNS:lamp.example,URI:urn:lamp,IP:127.0.0.1,email:lamp@example.com,DNS:b.example");
    const auto names = names_in(der_of(*certificate));
    ASSERT_TRUE(names) << names.error().message;
    EXPECT_THAT(
        *names,
        ElementsAre(
            Pair("Subject.OrganizationalUnit", ElementsAre("first", "zw\xc3\xb6lf")),
            Pair("Subject.CommonName", ElementsAre("lamp")),
            Pair("Subject.SerialNumber", ElementsAre("4711")),
            Pair("Subject.AlternativeName.RFC822Name", ElementsAre("lamp@example.com")),
            Pair("Subject.AlternativeName.DNSName", ElementsAre("lamp.example", "b.example")),
            Pair("Subject.AlternativeName.UniformResourceIdentifier", ElementsAre("urn:lamp")),
            Pair("Subject.AlternativeName.IPAddress", ElementsAre("127.0.0.1")),
            Pair("Issuer.Country", ElementsAre("DE"))));
}

TEST(CertificateNames, OfNoCertificate) {
    const Bytes junk{1, 2, 3};
    EXPECT_EQ(names_in(junk).error().kind, ErrorKind::InvalidInput);
}

}  // namespace
}  // namespace gatehouse::certificates
