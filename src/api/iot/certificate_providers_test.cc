// CreateCertificateProvider, DescribeCertificateProvider, ListCertificateProviders,
// UpdateCertificateProvider and DeleteCertificateProvider; CreateCertificateFromCsr by a provider.
#include <gmock/gmock.h>

#include "api/iot/iot_fixture.h"
#include "certificates/issue.h"

namespace gatehouse::api {
namespace {

using ::testing::HasSubstr;

constexpr const char* signer = "arn:aws:lambda:us-east-1:123456789012:function:sign";
// Made with: openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=lamp
constexpr const char* request_of_device = R"(-----BEGIN CERTIFICATE REQUEST-----
MIHJMHECAQAwDzENMAsGA1UEAwwEbGFtcDBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABAZfUnAFgOAshvHEfC6P6dY/4GyWC8yOWOZZpdT/O047xPZdBfw9cRS79eGR
Xny1ss//wdRS76kTe/npNjR9EIegADAKBggqhkjOPQQDAgNIADBFAiEAz9DYEUDY
0Y6qP0FCgG/KsdVYe2bvGoHI22MZsO8NsVwCIAICUBa5zejgfH54U+09x8P68V0k
gMNv+Uxa7x9chKf8
-----END CERTIFICATE REQUEST-----
)";

class CertificateProviderOperations : public IotFixture {
protected:
    net::HttpResponse create(const std::string& name, json::object more = {}) {
        json::object body{{"lambdaFunctionArn", signer},
                          {"accountDefaultForOperations", json::array{"CreateCertificateFromCsr"}}};
        for (auto& [member, value] : more) body[member] = value;
        return call("iot", "POST", "/certificate-providers/" + name, to_text(body));
    }
    net::HttpResponse certificate_from_request() {
        return call("iot", "POST", "/certificates?setAsActive=true",
                    to_text(json::object{{"certificateSigningRequest", request_of_device}}));
    }
    std::string certificate_by_another() {
        const auto now = clock.wall_now();
        const certificates::Validity validity{now, now + std::chrono::hours(24)};
        const auto another =
            certificates::make_authority({.common_name = "another", .validity = validity}, random)
                .value();
        return certificates::issue_for_request(
                   another, {.common_name = "lamp", .names = {}, .validity = validity},
                   request_of_device, random)
            .value()
            .certificate_pem;
    }
};

TEST_F(CertificateProviderOperations, TheLifeOfOne) {
    const std::string arn = "arn:aws:iot:us-east-1:123456789012:certificateprovider/own";
    const auto made = parsed(create("own"));
    EXPECT_EQ(text(made.at("certificateProviderName")), "own");
    EXPECT_EQ(text(made.at("certificateProviderArn")), arn);
    const auto described = parsed(call("iot", "GET", "/certificate-providers/own"));
    EXPECT_EQ(text(described.at("lambdaFunctionArn")), signer);
    EXPECT_EQ(to_text(described.at("accountDefaultForOperations")),
              R"(["CreateCertificateFromCsr"])");
    EXPECT_TRUE(described.as_object().contains("creationDate"));
    parsed(call("iot", "PUT", "/certificate-providers/own",
                to_text(json::object{{"lambdaFunctionArn", std::string(signer) + ":live"}})));
    EXPECT_EQ(
        text(parsed(call("iot", "GET", "/certificate-providers/own")).at("lambdaFunctionArn")),
        std::string(signer) + ":live");
    const auto listed = parsed(call("iot", "GET", "/certificate-providers/"));
    ASSERT_EQ(listed.at("certificateProviders").as_array().size(), 1u);
    EXPECT_EQ(text(listed.at("certificateProviders").at(0).at("certificateProviderArn")), arn);
    EXPECT_FALSE(listed.as_object().contains("nextToken"));
    parsed(call("iot", "DELETE", "/certificate-providers/own"));
    const std::string missing = "ResourceNotFoundException";
    expect_refused(call("iot", "GET", "/certificate-providers/own"), 404, missing);
    expect_refused(call("iot", "PUT", "/certificate-providers/own", "{}"), 404, missing);
    expect_refused(call("iot", "DELETE", "/certificate-providers/own"), 404, missing);
}

TEST_F(CertificateProviderOperations, AnAccountHasOne) {
    const std::string token(36, 't');
    parsed(create("own", {{"clientToken", token}}));
    parsed(create("own", {{"clientToken", token}}));
    const auto again = create("own");
    expect_refused(again, 409, "ResourceAlreadyExistsException");
    EXPECT_THAT(again.body, HasSubstr("certificateprovider/own"));
    expect_refused(
        create("own", {{"clientToken", token}, {"lambdaFunctionArn", std::string(signer) + "2"}}),
        409, "ResourceAlreadyExistsException");
    expect_refused(create("other"), 410, "LimitExceededException");
}

TEST_F(CertificateProviderOperations, WhatIsNoneIsRefused) {
    const std::string invalid = "InvalidRequestException";
    expect_refused(create("own", {{"lambdaFunctionArn", "sign"}}), 400, invalid);
    expect_refused(create("own", {{"accountDefaultForOperations", json::array()}}), 400, invalid);
    expect_refused(create("own", {{"accountDefaultForOperations", json::array{"Another"}}}), 400,
                   invalid);
    expect_refused(create("own", {{"clientToken", "short"}}), 400, invalid);
    expect_refused(create("not%20a%20name"), 400, invalid);
    parsed(create("own"));
    expect_refused(
        call("iot", "PUT", "/certificate-providers/own", R"({"lambdaFunctionArn":"sign"})"), 400,
        invalid);
}

TEST_F(CertificateProviderOperations, HaveTags) {
    const auto made =
        parsed(create("own", {{"tags", json::array{json::object{{"Key", "k"}, {"Value", "v"}}}}}));
    const std::string arn = text(made.at("certificateProviderArn"));
    parsed(call(
        "iot", "POST", "/tags",
        to_text(json::object{{"resourceArn", arn},
                             {"tags", json::array{json::object{{"Key", "l"}, {"Value", "w"}}}}})));
    EXPECT_EQ(parsed(call("iot", "GET", "/tags?resourceArn=" + percent_encode(arn)))
                  .at("tags")
                  .as_array()
                  .size(),
              2u);
}

TEST_F(CertificateProviderOperations, OnesFunctionMakesTheCertificate) {
    parsed(create("own"));
    const std::string pem = certificate_by_another();
    signing_functions.answer = to_text(json::object{{"certificatePem", pem}});
    const auto made = parsed(certificate_from_request());
    EXPECT_EQ(text(made.at("certificatePem")), pem);
    EXPECT_EQ(signing_functions.asked, "sign");
    EXPECT_THAT(signing_functions.last_event, HasSubstr("arn:aws:iam::123456789012:root"));
    const auto described =
        parsed(call("iot", "GET", "/certificates/" + text(made.at("certificateId"))));
    EXPECT_EQ(text(described.at("certificateDescription").at("status")), "ACTIVE");
    signing_functions.answer = R"({"certificatePem":"nothing"})";
    const auto refused = certificate_from_request();
    expect_refused(refused, 400, "InvalidRequestException");
    EXPECT_THAT(refused.body, HasSubstr("certificate provider 'own'"));
    parsed(call("iot", "DELETE", "/certificate-providers/own"));
    EXPECT_NE(text(parsed(certificate_from_request()).at("certificatePem")), pem);
}

}  // namespace
}  // namespace gatehouse::api
