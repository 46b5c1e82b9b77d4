#include "certificates/certificate.h"

#include <gtest/gtest.h>

#include "certificates/issue.h"
#include "certificates/permitted_names.h"

namespace gatehouse::certificates {
namespace {

using namespace std::chrono;

class CertificateTest : public testing::Test {
protected:
    Validity year_of_2026() const {
        return {sys_days(year(2026) / January / 1), sys_days(year(2027) / January / 1)};
    }
    AuthorityPem authority(std::vector<std::string> dns = {}, std::vector<std::string> nets = {}) {
        return make_authority({.common_name = "Test CA",
                               .validity = year_of_2026(),
                               .permitted_dns = std::move(dns),
                               .permitted_networks = std::move(nets)},
                              random_)
            .value();
    }
    SystemRandom random_;
};

TEST_F(CertificateTest, ReadsBackWhatWasIssued) {
    const auto issued = issue(authority(),
                              {.common_name = "device.example",
                               .names = {.dns = {"device.example", "*.device.example"},
                                         .ip_addresses = {"127.0.0.1", "::1"}},
                               .validity = year_of_2026()},
                              NewKey::EcP256, random_);
    ASSERT_TRUE(issued) << issued.error().message;
    const auto read = parse_certificate_pem(issued->certificate_pem);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->subject, "CN=device.example");
    EXPECT_EQ(read->common_name, "device.example");
    EXPECT_EQ(read->issuer, "CN=Test CA");
    EXPECT_EQ(read->dns_names, (std::vector<std::string>{"device.example", "*.device.example"}));
    EXPECT_EQ(read->ip_addresses, (std::vector<std::string>{"127.0.0.1", "::1"}));
    EXPECT_EQ(read->not_before, year_of_2026().not_before);
    EXPECT_EQ(read->not_after, year_of_2026().not_after);
    EXPECT_FALSE(read->is_authority);
    EXPECT_EQ(read->key.kind, KeyKind::EllipticCurve);
    EXPECT_EQ(read->key.curve, "prime256v1");
    EXPECT_EQ(read->serial.size(), 32U);
    EXPECT_EQ(read->id.value().size(), 64U);
    EXPECT_EQ(certificate_id_of(read->der), read->id);
    EXPECT_EQ(parse_certificate_der(read->der)->id, read->id);
}

TEST_F(CertificateTest, RefusesWhatIsNoCertificate) {
    EXPECT_FALSE(parse_certificate_pem("hello"));
    EXPECT_FALSE(
        parse_certificate_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"));
    auto der = parse_certificate_pem(authority().certificate_pem)->der;
    EXPECT_TRUE(parse_certificate_der(der));
    der.push_back(0);
    const auto longer = parse_certificate_der(der);
    ASSERT_FALSE(longer);
    EXPECT_EQ(longer.error().kind, ErrorKind::InvalidInput);
    EXPECT_FALSE(parse_certificate_der({}));
}

// Made with: openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj
// /O=x/CN=thing
constexpr const char* request_pem = R"(-----BEGIN CERTIFICATE REQUEST-----
MIHWMH4CAQAwHDEKMAgGA1UECgwBeDEOMAwGA1UEAwwFdGhpbmcwWTATBgcqhkjO
PQIBBggqhkjOPQMBBwNCAARqhh2Auxzq6fJ3G45hSToSb8zpg4i3O5VCze09Do/F
IxGfV8BFCZEGr4e2UdL7kraIC96XsFl+e41LSqgqu24PoAAwCgYIKoZIzj0EAwID
SAAwRQIgNqfi5K+IrsoNWepA3WnezlGEtqbgw0sCwzC/VR/LO/ICIQDwrRRJB/RD
+cjmPnnD6H/VD1et+jLhcc6lPDrdhI2xdg==
-----END CERTIFICATE REQUEST-----
)";

TEST_F(CertificateTest, ReadsARequestAndIssuesForItsKey) {
    const auto request = parse_request_pem(request_pem);
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->subject, "CN=thing,O=x");
    EXPECT_EQ(request->common_name, "thing");
    EXPECT_EQ(request->key.bits, 256);
    const auto issued = issue_for_request(authority(),
                                          {.common_name = "AWS IoT Certificate",
                                           .validity = year_of_2026(),
                                           .purpose = Purpose::Client},
                                          request_pem, random_);
    ASSERT_TRUE(issued) << issued.error().message;
    EXPECT_EQ(parse_certificate_pem(issued->certificate_pem)->subject, "CN=AWS IoT Certificate");
    EXPECT_TRUE(issued->private_key_pem.empty());
    EXPECT_TRUE(issued->public_key_pem.starts_with("-----BEGIN PUBLIC KEY-----"));
}

TEST_F(CertificateTest, RefusesARequestThatWasTamperedWith) {
    std::string tampered = request_pem;
    const auto at = tampered.find('\n', tampered.find("-----\n") + 6) + 10;
    tampered[at] = tampered[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(parse_request_pem(tampered));
    EXPECT_FALSE(issue_for_request(authority(), {.common_name = "x", .validity = year_of_2026()},
                                   tampered, random_));
}

TEST_F(CertificateTest, PermittedNamesFollowTheConstraints) {
    const auto permitted = PermittedNames::of_certificate(
        authority({"localhost", "iot.example"}, {"127.0.0.0/8", "::1/128", "10.1.2.3/32"})
            .certificate_pem);
    ASSERT_TRUE(permitted) << permitted.error().message;
    for (const char* name : {"localhost", "iot.example", "a.b.iot.example", "*.iot.example",
                             "127.8.9.1", "::1", "10.1.2.3"}) {
        EXPECT_TRUE(permitted->permits(name)) << name;
    }
    for (const char* name : {"example", "xiot.example", "iot.example.com", "10.1.2.4", "::2"}) {
        EXPECT_FALSE(permitted->permits(name)) << name;
    }
    EXPECT_EQ(permitted->describe(), "localhost, iot.example, 127.0.0.0/8, ::1/128, 10.1.2.3/32");
    const auto open = PermittedNames::of_certificate(authority().certificate_pem);
    EXPECT_TRUE(open->permits("anything.example"));
}

TEST(DnsName, IsCheckedByItsLabels) {
    EXPECT_TRUE(is_dns_name("a-1.example"));
    EXPECT_TRUE(is_dns_name("localhost"));
    for (const char* name : {"", ".", "a..b", "-a", "a-", "a b", "a.", "*.a", "a/b"}) {
        EXPECT_FALSE(is_dns_name(name)) << name;
    }
    EXPECT_FALSE(is_dns_name(std::string(64, 'a')));
}

}  // namespace
}  // namespace gatehouse::certificates
