#include "authentication/certificate_signing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "async/task_group.h"
#include "authentication/custom_authorizer_fixture.h"
#include "base/json.h"
#include "certificates/issue.h"
#include "certificates/issuer.h"
#include "storage/scratch_dir.h"

namespace gatehouse::authentication {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Made with: openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=lamp
constexpr const char* request_of_lamp = R"(-----BEGIN CERTIFICATE REQUEST-----
MIHKMHECAQAwDzENMAsGA1UEAwwEbGFtcDBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABGW+EyiqesROg0s1J5/M4xk9jJyO61CDHE9tIKqNnHwsZTNbje+21/So2WRU
ILKelkVYSyv1spZ98YhWtd1YQhmgADAKBggqhkjOPQQDAgNJADBGAiEApMNez1YN
who2/OpXkHBbnY1ehDZ/B8hsY32XfJ7JBdICIQD+B0yhqWCEgfoFlDcoEihnQuFU
ajl4oZ5/VhFAot6IVw==
-----END CERTIFICATE REQUEST-----
)";

class CertificateSigningTest : public ::testing::Test {
protected:
    CertificateSigningTest() { start(ProfileName::Aws); }
    void start(ProfileName profile) {
        signing_ = std::make_unique<CertificateSigning>(
            profile_named(profile), CertificateSigning::Parts{.clock = clock_,
                                                              .functions = functions_,
                                                              .permissions = permissions_,
                                                              .providers = providers_,
                                                              .authority = *authority_,
                                                              .workers = workers_});
    }
    void add_provider(std::vector<std::string> operations = {"CreateCertificateFromCsr"}) {
        registry::CertificateProviderRecords records(memory_, {});
        const auto made = records.create(
            tenant_, {.name = registry::CertificateProviderName("own"),
                      .function_arn = "arn:aws:lambda:us-east-1:123456789012:function:sign:live",
                      .operations = std::move(operations)});
        ASSERT_TRUE(made) << made.error().message;
    }
    Result<std::string> sign(std::string pem = request_of_lamp) {
        Result<std::string> answer = fail(ErrorKind::Internal, "it did not end");
        tasks_.start([](auto& self, std::string pem, auto& answer) -> async::Task<void> {
            answer = co_await self.signing_->sign({.tenant = self.tenant_,
                                                   .pem = std::move(pem),
                                                   .principal_id = "AIDAEXAMPLE",
                                                   .client_id = ""},
                                                  Deadline::never());
        }(*this, std::move(pem), answer));
        while (tasks_.running() > 0) loop_.run_once(std::chrono::milliseconds(20));
        return answer;
    }
    std::string refusal() {
        const auto answer = sign();
        return answer ? *answer : answer.error().message;
    }
    // What another authority makes of the request.
    std::string certificate_by_another() {
        const auto now = clock_.wall_now();
        const certificates::Validity validity{now, now + std::chrono::hours(24)};
        another_ =
            certificates::make_authority({.common_name = "another", .validity = validity}, random_)
                .value();
        return certificates::issue_for_request(
                   another_, {.common_name = "lamp", .names = {}, .validity = validity},
                   request_of_lamp, random_)
            .value()
            .certificate_pem;
    }
    static std::string answer_of(const std::string& pem) {
        return to_text(json::object{{"certificatePem", pem}});
    }

    const Tenant tenant_{AccountId("123456789012"), Region("us-east-1")};
    ManualClock clock_;
    SystemRandom random_;
    async::EventLoop loop_{clock_, {}};
    async::TaskGroup tasks_{loop_, "test"};
    async::WorkerPool workers_{{.name = "test"}};
    storage::MemoryResourceStore memory_{clock_};
    storage::AsyncResourceStore store_{memory_, workers_};
    registry::CertificateProviders providers_{store_, {}};
    FakeFunctions functions_;
    FakePermissions permissions_;
    storage::ScratchDir folder_;
    std::unique_ptr<certificates::LocalAuthority> authority_ =
        certificates::LocalAuthority::open_or_create(folder_.path(), {}, clock_, random_).value();
    certificates::AuthorityPem another_;
    std::unique_ptr<CertificateSigning> signing_;
};

TEST_F(CertificateSigningTest, TheServersAuthoritySignsWhereThereIsNoProvider) {
    const auto pem = sign();
    ASSERT_TRUE(pem) << pem.error().message;
    const auto made = certificates::parse_certificate_pem(*pem).value();
    const auto ours =
        certificates::parse_certificate_pem(authority_->device_certificate_pem()).value();
    EXPECT_TRUE(certificates::is_issued_by(made.der, ours.der));
    EXPECT_THAT(functions_.events, IsEmpty());
    EXPECT_EQ(sign("nothing").error().kind, ErrorKind::InvalidInput);
}

TEST_F(CertificateSigningTest, TheProvidersFunctionSigns) {
    add_provider();
    const std::string made = certificate_by_another();
    functions_.answer = answer_of(made);
    EXPECT_EQ(sign(), made);
    EXPECT_EQ(functions_.asked, "sign");
    EXPECT_EQ(functions_.asked_version, "live");
    ASSERT_THAT(functions_.events, SizeIs(1));
    const json::object wanted{{"certificateSigningRequest", request_of_lamp},
                              {"principalId", "AIDAEXAMPLE"},
                              {"accountId", "123456789012"},
                              {"clientId", ""}};
    EXPECT_EQ(functions_.events.front(), to_text(wanted));
}

TEST_F(CertificateSigningTest, OnlyAProperRequestReachesTheFunction) {
    add_provider();
    EXPECT_EQ(sign("nothing").error().kind, ErrorKind::InvalidInput);
    EXPECT_THAT(functions_.events, IsEmpty());
}

TEST_F(CertificateSigningTest, WithoutAProperAnswerThereIsNoCertificate) {
    add_provider();
    functions_.answer = "{}";
    EXPECT_EQ(refusal(),
              "the answer of the function 'sign' of certificate provider 'own' cannot be used: "
              "certificatePem is missing");
    functions_.answer = R"({"certificatePem":7})";
    EXPECT_THAT(refusal(), HasSubstr("certificatePem is a number"));
    functions_.answer = answer_of("no PEM");
    EXPECT_THAT(refusal(), HasSubstr("cannot be used"));
    certificate_by_another();
    functions_.answer = answer_of(another_.certificate_pem);
    EXPECT_THAT(refusal(), HasSubstr("the certificate is an authority's"));
    functions_.answer =
        answer_of(certificates::issue(
                      another_,
                      {.common_name = "lamp",
                       .names = {},
                       .validity = {clock_.wall_now(), clock_.wall_now() + std::chrono::hours(1)}},
                      certificates::NewKey::EcP256, random_)
                      .value()
                      .certificate_pem);
    EXPECT_THAT(refusal(), HasSubstr("for another key than the signing request"));
    EXPECT_EQ(sign().error().kind, ErrorKind::InvalidInput);
}

TEST_F(CertificateSigningTest, AFunctionThatFailsIsNamed) {
    add_provider();
    functions_.raises = true;
    functions_.answer = R"({"errorMessage":"the HSM is gone"})";
    EXPECT_THAT(refusal(), HasSubstr("certificate provider 'own' failed: "));
    EXPECT_THAT(refusal(), HasSubstr("the HSM is gone"));
    functions_.error = Error{.kind = ErrorKind::Timeout, .message = "late"};
    EXPECT_THAT(refusal(), HasSubstr("did not answer within 5000 ms"));
    functions_.error = Error{.kind = ErrorKind::Throttled, .message = "busy"};
    EXPECT_EQ(sign().error().kind, ErrorKind::Unavailable);
}

TEST_F(CertificateSigningTest, AFunctionThatMayNotBeCalledIsNotWhereTheProfileSaysSo) {
    add_provider();
    permissions_.missing = "may not be called";
    functions_.answer = answer_of(certificate_by_another());
    EXPECT_TRUE(sign());
    start(ProfileName::AwsStrict);
    const auto refused = sign();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::NotAllowed);
    EXPECT_EQ(refused.error().message, "may not be called");
    EXPECT_EQ(permissions_.asked_for, "arn:aws:iot:us-east-1:123456789012:certificateprovider/own");
    EXPECT_THAT(functions_.events, SizeIs(1));
}

TEST_F(CertificateSigningTest, AProviderOfNoOperationIsNotAsked) {
    add_provider({"Another"});
    EXPECT_TRUE(sign());
    EXPECT_THAT(functions_.events, IsEmpty());
}

}  // namespace
}  // namespace gatehouse::authentication
