#include "certificates/ocsp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "base/random.h"
#include "certificates/certificate.h"
#include "certificates/issue.h"
#include "certificates/openssl.h"

namespace gatehouse::certificates {
namespace {

using ::testing::HasSubstr;

class Ocsp : public ::testing::Test {
protected:
    Bytes der_of(const std::string& pem) { return parse_certificate_pem(pem).value().der; }
    AuthorityPem authority(const std::string& name) {
        return make_authority({.common_name = name, .validity = validity_}, random_).value();
    }
    IssuedPem issued(const AuthorityPem& by, const std::string& name) {
        return issue(by, {.common_name = name, .names = {}, .validity = validity_}, NewKey::EcP256,
                     random_)
            .value();
    }
    ASN1_TIME* at(std::chrono::seconds since_now) {
        const auto seconds =
            std::chrono::duration_cast<std::chrono::seconds>(now_.time_since_epoch()) + since_now;
        return ASN1_TIME_set(nullptr, seconds.count());
    }
    // What a responder answers about the subject, signed with this certificate's key.
    struct Answer {
        int status = V_OCSP_CERTSTATUS_GOOD;
        std::chrono::seconds from = -std::chrono::hours(1);
        std::chrono::seconds until = std::chrono::hours(1);
    };
    Bytes answered(const OcspSubject& subject, const std::string& certificate_pem,
                   const std::string& key_pem, Answer answer) {
        const auto signer = openssl::read_certificate(certificate_pem).value();
        const auto key = openssl::read_private_key(key_pem).value();
        const auto own = openssl::read_certificate(pem_of_der(subject.certificate)).value();
        const auto issuer = openssl::read_certificate(pem_of_der(subject.issuer)).value();
        OCSP_BASICRESP* const basic = OCSP_BASICRESP_new();
        OCSP_CERTID* const id = OCSP_cert_to_id(nullptr, own.get(), issuer.get());
        ASN1_TIME* const revoked = at(answer.from);
        ASN1_TIME* const from = at(answer.from);
        ASN1_TIME* const until = at(answer.until);
        OCSP_basic_add1_status(basic, id, answer.status, OCSP_REVOKED_STATUS_NOSTATUS,
                               answer.status == V_OCSP_CERTSTATUS_REVOKED ? revoked : nullptr, from,
                               until);
        EXPECT_EQ(OCSP_basic_sign(basic, signer.get(), key.get(), EVP_sha256(), nullptr, 0), 1);
        OCSP_RESPONSE* const response =
            OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
        const Bytes bytes = bytes_of_response(response);
        for (ASN1_TIME* const time : {revoked, from, until}) ASN1_TIME_free(time);
        OCSP_CERTID_free(id);
        OCSP_BASICRESP_free(basic);
        OCSP_RESPONSE_free(response);
        return bytes;
    }
    static Bytes bytes_of_response(OCSP_RESPONSE* response) {
        unsigned char* der = nullptr;
        const int size = i2d_OCSP_RESPONSE(response, &der);
        Bytes bytes(der, der + size);
        OPENSSL_free(der);
        return bytes;
    }
    static std::string pem_of_der(const Bytes& der) {
        const unsigned char* at = der.data();
        const openssl::Certificate read(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
        return openssl::to_pem(*read).value();
    }
    std::string refusal(const Bytes& response, const Bytes& authorized = {}) {
        const auto proved = prove_ocsp_response(response, subject_, authorized, now_);
        return proved ? "proved" : proved.error().message;
    }

    SystemRandom random_;
    const WallTime now_{std::chrono::hours(24 * 365 * 50)};
    const Validity validity_{now_ - std::chrono::hours(1), now_ + std::chrono::hours(24)};
    const AuthorityPem ca_ = authority("CA");
    const OcspSubject subject_{der_of(issued(ca_, "iot").certificate_pem),
                               der_of(ca_.certificate_pem)};
};

TEST_F(Ocsp, TheIssuerIsFoundInTheChain) {
    const std::string own = issued(ca_, "iot").certificate_pem;
    const std::string other = authority("CA").certificate_pem;
    const auto subject = ocsp_subject_of(own + other + ca_.certificate_pem);
    ASSERT_TRUE(subject) << subject.error().message;
    EXPECT_EQ(*subject, (OcspSubject{der_of(own), der_of(ca_.certificate_pem)}));
    EXPECT_THAT(ocsp_subject_of(own + other).error().message, HasSubstr("does not hold"));
    EXPECT_THAT(ocsp_subject_of(ca_.certificate_pem).error().message, HasSubstr("signed itself"));
}

TEST_F(Ocsp, ARequestNamesTheCertificate) {
    const Bytes der = make_ocsp_request(subject_).value();
    const unsigned char* at = der.data();
    OCSP_REQUEST* const request = d2i_OCSP_REQUEST(nullptr, &at, static_cast<long>(der.size()));
    ASSERT_NE(request, nullptr);
    EXPECT_EQ(OCSP_request_onereq_count(request), 1);
    OCSP_REQUEST_free(request);
    EXPECT_FALSE(make_ocsp_request({subject_.certificate, Bytes{1}}));
    EXPECT_EQ(ocsp_responder_of(subject_.certificate), "") << "it names none";
}

TEST_F(Ocsp, WhatTheIssuerSignsIsProved) {
    const auto told = prove_ocsp_response(
        answered(subject_, ca_.certificate_pem, ca_.private_key_pem, {}), subject_, {}, now_);
    ASSERT_TRUE(told) << told.error().message;
    EXPECT_EQ(told->status, OcspStatus::Good);
    EXPECT_EQ(told->this_update, now_ - std::chrono::hours(1));
    EXPECT_EQ(told->next_update, now_ + std::chrono::hours(1));
    const auto revoked =
        prove_ocsp_response(answered(subject_, ca_.certificate_pem, ca_.private_key_pem,
                                     {.status = V_OCSP_CERTSTATUS_REVOKED}),
                            subject_, {}, now_);
    ASSERT_TRUE(revoked) << revoked.error().message;
    EXPECT_EQ(revoked->status, OcspStatus::Revoked);
}

TEST_F(Ocsp, WhatAnybodyElseSignsIsNot) {
    const AuthorityPem other = authority("CA");
    EXPECT_THAT(refusal(answered(subject_, other.certificate_pem, other.private_key_pem, {})),
                HasSubstr("signed neither by the certificate's issuer"));
    const IssuedPem server = issued(ca_, "another server");
    EXPECT_THAT(refusal(answered(subject_, server.certificate_pem, server.private_key_pem, {})),
                HasSubstr("signed neither by the certificate's issuer"))
        << "it may not sign for its authority";
}

TEST_F(Ocsp, AnAuthorizedResponderIsTheOnlyOneThatMaySign) {
    const AuthorityPem responder = authority("Responder");
    const Bytes der = der_of(responder.certificate_pem);
    const Bytes response =
        answered(subject_, responder.certificate_pem, responder.private_key_pem, {});
    EXPECT_EQ(refusal(response, der), "proved");
    EXPECT_NE(refusal(response), "proved");
    EXPECT_THAT(refusal(answered(subject_, ca_.certificate_pem, ca_.private_key_pem, {}), der),
                HasSubstr("not signed by the authorized responder"));
}

TEST_F(Ocsp, WhatDoesNotHoldIsNotProved) {
    const auto answer = [&](Answer answer) {
        return answered(subject_, ca_.certificate_pem, ca_.private_key_pem, answer);
    };
    EXPECT_THAT(refusal(answer({.until = -std::chrono::seconds(1)})), HasSubstr("has run out"));
    EXPECT_THAT(refusal(answer({.from = std::chrono::minutes(6)})), HasSubstr("not hold yet"));
    const OcspSubject another{der_of(issued(ca_, "another").certificate_pem), subject_.issuer};
    EXPECT_THAT(refusal(answered(another, ca_.certificate_pem, ca_.private_key_pem, {})),
                HasSubstr("of another certificate"));
    OCSP_RESPONSE* const later = OCSP_response_create(OCSP_RESPONSE_STATUS_TRYLATER, nullptr);
    EXPECT_THAT(refusal(bytes_of_response(later)), HasSubstr("trylater"));
    OCSP_RESPONSE_free(later);
    Bytes longer = answer({});
    longer.push_back(0);
    EXPECT_THAT(refusal(longer), HasSubstr("no OCSP response"));
    EXPECT_THAT(refusal({}), HasSubstr("no OCSP response"));
}

}  // namespace
}  // namespace gatehouse::certificates
