#include "certificates/key_quality.h"

#include <gtest/gtest.h>

#include "certificates/certificate.h"
#include "certificates/issue.h"

namespace gatehouse::certificates {
namespace {

// Its modulus is a power of 65537 modulo the product of the odd primes up to 167, though no product
// of two primes: a mark without a private key.
constexpr std::string_view marked_pem = R"(-----BEGIN CERTIFICATE-----
MIIB1zCCAXygAwIBAgIBBzAKBggqhkjOPQQDAjANMQswCQYDVQQDDAJDQTAeFw0y
NjAxMDEwMDAwMDBaFw00NjAxMDEwMDAwMDBaMBExDzANBgNVBAMMBm1hcmtlZDCC
ASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAN1dYwi956fudcVaLqNDCSEU
ETx0zF6RMSarkGPlAJJ/UQOVvCx/toMF5gANXYMP7cJNaVGh7q8AxFtWn62S6QCT
Q1m3Zwl5iXu5slya/qYYCxJQ+zbAt+SPHI0tZU7X3RtiQOam+z6GqBl9twWdJv2P
EQqooxoA8JbRS83QWIzYKQB/gB0xAlwOkEh/LOnnxmTpkClYXf1Xfe3EKuMqVzls
3ka7OfC4jzTKtWcdwenRKyF2cL0yuTdhwMdrYCSzNaFP4WmOH5MIYiP2s3CEpC+/
jy9hUCUpwYAEvGFqT+7BlugAwf8JFyGYRe2bOlxq8V8B9vXSnra7x4JOKkSkfhsC
AwEAATAKBggqhkjOPQQDAgNJADBGAiEAmNMhur7Ar5Z2rRvg2/5SVvsRNBCHgbVg
byUNZSGnD50CIQCKU13q5z/uqQSNYTtzVGO/nb0w1hnrOKpg/qZA/l++qQ==
-----END CERTIFICATE-----
)";

struct KeyQuality : testing::Test {
    Bytes made_with(NewKey key) {
        const auto authority =
            make_authority({.common_name = "CA", .validity = validity}, random).value();
        const auto issued = issue(
            authority, {.common_name = "lamp", .names = {}, .validity = validity}, key, random);
        return parse_certificate_pem(issued.value().certificate_pem).value().der;
    }
    SystemRandom random;
    Validity validity{WallTime(std::chrono::hours(24)), WallTime(std::chrono::hours(48))};
};

TEST_F(KeyQuality, KnowsTheMarkOfInfineonsLibrary) {
    const auto marked = parse_certificate_pem(marked_pem);
    ASSERT_TRUE(marked) << marked.error().describe();
    EXPECT_EQ(has_infineon_key(marked->der), true);
}

TEST_F(KeyQuality, OtherKeysDoNotHaveIt) {
    EXPECT_EQ(has_infineon_key(made_with(NewKey::Rsa2048)), false);
    EXPECT_EQ(has_infineon_key(made_with(NewKey::EcP256)), false);
    EXPECT_EQ(has_infineon_key(Bytes{1, 2}).error().kind, ErrorKind::InvalidInput);
}

}  // namespace
}  // namespace gatehouse::certificates
