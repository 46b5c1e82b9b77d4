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

}  // namespace
}  // namespace gatehouse::certificates
