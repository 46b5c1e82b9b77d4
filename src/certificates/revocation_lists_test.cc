#include "certificates/revocation_lists.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "base/random.h"
#include "certificates/certificate.h"
#include "certificates/revocation_list_fixture.h"

namespace gatehouse::certificates {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RevocationListsTest : public ::testing::Test {
protected:
    RevocationListsTest() {
        std::string pattern = ::testing::TempDir() + "revocation-lists-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
    }
    ~RevocationListsTest() override { std::filesystem::remove_all(folder_); }

    AuthorityPem authority(const std::string& name) {
        return make_authority({.common_name = name, .validity = validity_}, random_).value();
    }
    std::string issued(const AuthorityPem& by, const std::string& name) {
        return issue(by, {.common_name = name, .names = {}, .validity = validity_}, NewKey::EcP256,
                     random_)
            .value()
            .certificate_pem;
    }
    static Bytes der_of(const std::string& pem) { return parse_certificate_pem(pem).value().der; }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ / name, std::ios::binary) << text;
    }
    RevocationListRequest list(std::vector<std::string> revoked) const {
        return {.revoked = std::move(revoked),
                .made = now_ - std::chrono::minutes(5),
                .next_update = now_ + std::chrono::hours(1)};
    }
    std::string refusal() const {
        const auto read = RevocationLists::read(folder_);
        return read ? "" : read.error().message;
    }

    std::filesystem::path folder_;
    SystemRandom random_;
    const WallTime now_{std::chrono::hours(24 * 365 * 50)};
    const Validity validity_{now_ - std::chrono::hours(1), now_ + std::chrono::hours(24)};
    const AuthorityPem ca_ = authority("CA");
    const std::string lamp_ = issued(ca_, "lamp");
};

TEST_F(RevocationListsTest, WhatTheIssuerRevokedIsFound) {
    write("ca.pem", ca_.certificate_pem);
    RevocationListRequest request = list({lamp_});
    request.reason = CRL_REASON_KEY_COMPROMISE;
    write("ca.crl", RevocationListMaker::pem(ca_, request));
    const auto lists = RevocationLists::read(folder_);
    ASSERT_TRUE(lists) << lists.error().message;
    EXPECT_EQ((*lists)->size(), 1u);
    const auto found = (*lists)->find(der_of(lamp_));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->issuer, "CN=CA");
    EXPECT_EQ(found->since, request.made);
    EXPECT_EQ(found->reason, "keyCompromise");
    EXPECT_FALSE((*lists)->find(der_of(issued(ca_, "lamp")))) << "another serial number";
    EXPECT_FALSE((*lists)->find(Bytes{1, 2, 3}));
}

TEST_F(RevocationListsTest, ListsAreOfOneIssuer) {
    const AuthorityPem other = authority("Other");
    write("all.pem", ca_.certificate_pem + RevocationListMaker::pem(ca_, list({})) +
                         other.certificate_pem + RevocationListMaker::pem(other, list({lamp_})));
    const auto lists = RevocationLists::read(folder_ / "all.pem");
    ASSERT_TRUE(lists) << lists.error().message;
    EXPECT_EQ((*lists)->size(), 2u);
    EXPECT_FALSE((*lists)->find(der_of(lamp_))) << "its serial number, of another issuer";
}

TEST_F(RevocationListsTest, ListsMayBeInDer) {
    const std::string pem = RevocationListMaker::pem(ca_, list({lamp_}));
    const openssl::Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    X509_CRL* const crl = PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr);
    unsigned char* der = nullptr;
    const int size = i2d_X509_CRL(crl, &der);
    const std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    X509_CRL_free(crl);
    write("ca.pem", ca_.certificate_pem);
    write("ca.crl", text);
    write(".hidden", "nothing of it is read");
    const auto lists = RevocationLists::read(folder_);
    ASSERT_TRUE(lists) << lists.error().message;
    const auto found = (*lists)->find(der_of(lamp_));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->reason, "");
    write("ca.crl", text + "x");
    EXPECT_THAT(refusal(), HasSubstr("ca.crl: neither a revocation list in PEM or DER"));
}

TEST_F(RevocationListsTest, AListIsBelievedByItsSignature) {
    write("ca.crl", RevocationListMaker::pem(ca_, list({lamp_})));
    EXPECT_THAT(refusal(), HasSubstr("no CA certificate beside it signed the list of CN=CA"));
    write("namesake.pem", authority("CA").certificate_pem);
    EXPECT_THAT(refusal(), HasSubstr("no CA certificate beside it signed the list of CN=CA"));
    // A device's certificate may sign nothing, whatever it is called.
    write("namesake.pem", issued(ca_, "CA"));
    EXPECT_THAT(refusal(), HasSubstr("no CA certificate beside it signed"));
    write("namesake.pem", ca_.certificate_pem);
    EXPECT_EQ(refusal(), "");
}

TEST_F(RevocationListsTest, WhatCannotBeUsedIsRefused) {
    write("ca.pem", ca_.certificate_pem);
    RevocationListRequest delta = list({lamp_});
    delta.extension = NID_delta_crl;
    delta.extension_value = "critical,DER:02:01:01";
    write("ca.crl", RevocationListMaker::pem(ca_, delta));
    EXPECT_THAT(refusal(), HasSubstr("ca.crl: it is a delta CRL"));
    RevocationListRequest indirect = list({lamp_});
    indirect.extension = NID_issuing_distribution_point;
    indirect.extension_value = "critical,indirectCRL:TRUE";
    write("ca.crl", RevocationListMaker::pem(ca_, indirect));
    EXPECT_THAT(refusal(), HasSubstr("it is an indirect CRL"));
    write("ca.crl", "something else");
    EXPECT_THAT(refusal(), HasSubstr("ca.crl: neither a revocation list"));
    const auto nothing = RevocationLists::read(folder_ / "nothing");
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().kind, ErrorKind::NotFound);
}

TEST_F(RevocationListsTest, AListThatHasRunOutStillCounts) {
    RevocationListRequest old = list({lamp_});
    old.next_update = now_ - std::chrono::seconds(1);
    write("ca.pem", ca_.certificate_pem + RevocationListMaker::pem(ca_, old));
    const auto lists = RevocationLists::read(folder_).value();
    EXPECT_TRUE(lists->find(der_of(lamp_)));
    EXPECT_THAT(lists->outdated(now_), ElementsAre(HasSubstr("the revocation list of CN=CA")));
    EXPECT_THAT(lists->outdated(now_ - std::chrono::minutes(1)), IsEmpty());
}

TEST_F(RevocationListsTest, TheSameFilesAreTheSameLists) {
    const std::string first = RevocationListMaker::pem(ca_, list({}));
    write("ca.pem", ca_.certificate_pem + first);
    const auto before = RevocationLists::read(folder_).value();
    EXPECT_TRUE(before->is_same_as(*RevocationLists::read(folder_).value()));
    write("ca.pem", ca_.certificate_pem + RevocationListMaker::pem(ca_, list({lamp_})));
    EXPECT_FALSE(before->is_same_as(*RevocationLists::read(folder_).value()));
    EXPECT_FALSE(before->is_same_as(RevocationLists()));
}

}  // namespace
}  // namespace gatehouse::certificates
