#include "certificates/issuer.h"

#include <gtest/gtest.h>

#include "certificates/issue.h"

namespace gatehouse::certificates {
namespace {

struct Issuer : testing::Test {
    AuthorityPem authority(const std::string& name) {
        return make_authority({.common_name = name, .validity = validity}, random).value();
    }
    std::string leaf(const AuthorityPem& by) {
        return issue(by, {.common_name = "lamp", .names = {}, .validity = validity}, NewKey::EcP256,
                     random)
            .value()
            .certificate_pem;
    }
    static Bytes der(const std::string& pem) { return parse_certificate_pem(pem).value().der; }

    SystemRandom random;
    Validity validity{WallTime(std::chrono::hours(24)), WallTime(std::chrono::hours(48))};
};

TEST_F(Issuer, IsWhoseKeySigned) {
    const AuthorityPem ours = authority("CA");
    const AuthorityPem of_the_same_name = authority("CA");
    const std::string pem = leaf(ours);
    EXPECT_TRUE(is_issued_by(der(pem), der(ours.certificate_pem)));
    EXPECT_FALSE(is_issued_by(der(pem), der(of_the_same_name.certificate_pem)));
    EXPECT_FALSE(is_issued_by(der(pem), der(pem))) << "no authority";
    EXPECT_FALSE(is_issued_by(der(ours.certificate_pem), der(pem)));
    EXPECT_FALSE(is_issued_by(Bytes{1, 2}, der(ours.certificate_pem)));
}

TEST_F(Issuer, ATextThatIsOneCertificate) {
    const AuthorityPem ours = authority("CA");
    const std::string pem = leaf(ours);
    EXPECT_EQ(parse_single_certificate_pem("subject: lamp\n" + pem)->id,
              parse_certificate_pem(pem)->id);
    EXPECT_FALSE(parse_single_certificate_pem(pem + ours.certificate_pem));
    EXPECT_FALSE(parse_single_certificate_pem(pem + ours.private_key_pem));
    EXPECT_FALSE(parse_single_certificate_pem("nothing"));
    EXPECT_EQ(pem_of(der(pem)), pem);
    EXPECT_FALSE(pem_of(Bytes{1, 2}));
}

// Made with: openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=lamp
constexpr std::string_view request_of_a_lamp = R"(-----BEGIN CERTIFICATE REQUEST-----
MIHJMHECAQAwDzENMAsGA1UEAwwEbGFtcDBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABIg4b2a+kJqEhC5o1iY3nl/I13o+Ejstx6BKmNDgsYRA+BDjmZ2pxdibYxGw
GGUAxgvYoXtzbZS9aYQOPhBVmuGgADAKBggqhkjOPQQDAgNIADBFAiBTYI+wsyUd
Zo/GrNv9pFxuNS11EGLn6iUOgwNun4TqDgIhAKFbmKloEYFVJXhTip48a0jp8GSj
g++WE/5z/9N0cnPU
-----END CERTIFICATE REQUEST-----
)";

TEST_F(Issuer, KnowsForWhoseKeyACertificateIs) {
    const AuthorityPem ours = authority("CA");
    const auto made =
        issue_for_request(ours, {.common_name = "lamp", .names = {}, .validity = validity},
                          request_of_a_lamp, random);
    ASSERT_TRUE(made) << made.error().describe();
    EXPECT_EQ(is_for_request(der(made->certificate_pem), request_of_a_lamp), true);
    EXPECT_EQ(is_for_request(der(leaf(ours)), request_of_a_lamp), false);
    EXPECT_EQ(is_for_request(Bytes{1, 2}, request_of_a_lamp).error().kind, ErrorKind::InvalidInput);
    EXPECT_EQ(is_for_request(der(made->certificate_pem), "nothing").error().kind,
              ErrorKind::InvalidInput);
}

}  // namespace
}  // namespace gatehouse::certificates
