#include "authentication/certificate_question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "certificates/certificate.h"
#include "certificates/issue.h"

namespace gatehouse::authentication {
namespace {

using ::testing::HasSubstr;

TEST(CertificateQuestion, TheFunctionSeesTheChainAndTheName) {
    ManualClock clock;
    SystemRandom random;
    const certificates::Validity validity{clock.wall_now() - std::chrono::hours(1),
                                          clock.wall_now() + std::chrono::hours(1)};
    const auto authority =
        certificates::make_authority({.common_name = "CA", .validity = validity}, random).value();
    const std::string own = certificates::issue(authority,
                                                {.common_name = "lamp",
                                                 .names = {},
                                                 .validity = validity,
                                                 .purpose = certificates::Purpose::Client},
                                                certificates::NewKey::EcP256, random)
                                .value()
                                .certificate_pem;
    const auto certificate = certificates::parse_certificate_pem(own).value();
    Credentials credentials;
    credentials.trace_id = TraceId("trace");
    credentials.peer.client_certificate = certificate.der;
    credentials.domain = std::make_shared<const registry::DomainConfiguration>(
        registry::DomainConfiguration{.domain_name = "fleet.test"});
    const auto event = [&] {
        return parse_json(make_certificate_event(credentials), "the event").value().as_object();
    };
    auto asked = event();
    EXPECT_EQ(asked.at("serverName").as_string(), "fleet.test");
    EXPECT_EQ(asked.at("clientCertificateChain").as_array(), (json::array{own}));
    EXPECT_EQ(asked.at("principalId").as_string(), std::string_view(certificate.id.view()));
    EXPECT_EQ(asked.at("connectionMetadata").at("id").as_string(), "trace");
    credentials.peer.server_name = "Fleet.Test";
    credentials.peer.client_chain = std::make_shared<const std::vector<Bytes>>(std::vector<Bytes>{
        certificates::parse_certificate_pem(authority.certificate_pem).value().der});
    asked = event();
    EXPECT_EQ(asked.at("serverName").as_string(), "Fleet.Test") << "as sent";
    EXPECT_EQ(asked.at("clientCertificateChain").as_array(),
              (json::array{own, authority.certificate_pem}));
    EXPECT_EQ(asked.size(), 4U);
}

TEST(CertificateQuestion, OnlyTrueAndFalseAreAnswers) {
    EXPECT_EQ(read_certificate_answer(R"({"isAuthenticated":true,"more":1})"), true);
    EXPECT_EQ(read_certificate_answer(R"({"isAuthenticated":false})"), false);
    const std::pair<const char*, const char*> unusable[] = {
        {"", ""},
        {"null", "it is null"},
        {"true", "not an object"},
        {R"("{}")", "not an object"},
        {"{}", "isAuthenticated is missing"},
        {R"({"isAuthenticated":"true"})", "has to be true or false"},
        {R"({"isAuthenticated":1})", "has to be true or false"},
        {R"({"isAuthenticated":null})", "has to be true or false"}};
    for (const auto& [payload, why] : unusable) {
        const auto answer = read_certificate_answer(payload);
        ASSERT_FALSE(answer) << payload;
        EXPECT_THAT(answer.error().message, HasSubstr(why));
    }
}

}  // namespace
}  // namespace gatehouse::authentication
