#include "signature/claim.h"

#include <gtest/gtest.h>

#include "signature/signer.h"

namespace gatehouse::signature {
namespace {

constexpr auto signature = "5f790c084303036549b60d580b670ed3a58a3b7433b8262b014e5d9272784556";

std::string authorization(std::string_view separator = ", ") {
    return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/iot/aws4_request" +
           std::string(separator) + "SignedHeaders=host;x-amz-date" + std::string(separator) +
           "Signature=" + signature;
}

std::expected<Claim, Refusal> claim_of(const HeaderFields& headers, std::string_view query = "") {
    return read_claim({.method = "GET", .path = "/", .query = query, .headers = headers});
}

TEST(Claim, ReadsTheHeaderFormWithAndWithoutBlanks) {
    for (const auto* separator : {", ", ",", " ,  "}) {
        const auto claim = claim_of(
            {{"authorization", authorization(separator)}, {"x-amz-date", "20260101T000000Z"}});
        ASSERT_TRUE(claim) << claim.error().message;
        EXPECT_EQ(claim->form, Claim::Form::Header);
        EXPECT_EQ(claim->credential.text(), "AKIDEXAMPLE/20260101/us-east-1/iot/aws4_request");
        EXPECT_EQ(claim->signed_headers, (std::vector<std::string>{"host", "x-amz-date"}));
        EXPECT_EQ(claim->signature, signature);
    }
}

TEST(Claim, TakesTheDateHeaderWhenThereIsNoOther) {
    const auto claim =
        claim_of({{"Authorization", authorization()}, {"Date", "Thu, 01 Jan 2026 00:00:00 GMT"}});
    ASSERT_TRUE(claim);
    EXPECT_EQ(claim->amz_date, "20260101T000000Z");
}

TEST(Claim, NothingSignedIsMissing) {
    EXPECT_EQ(claim_of({}).error().problem, Problem::MissingAuthenticationToken);
    EXPECT_EQ(claim_of({{"X-Amz-Date", "20260101T000000Z"}}).error().problem,
              Problem::MissingAuthenticationToken);
}

TEST(Claim, NamesEverythingThatIsMissingAtOnce) {
    const auto claim = claim_of({{"Authorization", "AWS4-HMAC-SHA256 Credential=x"}});
    ASSERT_FALSE(claim);
    EXPECT_EQ(claim.error().problem, Problem::IncompleteSignature);
    EXPECT_EQ(claim.error().message,
              "Authorization header requires 'Signature' parameter. Authorization header requires "
              "'SignedHeaders' parameter. Authorization header requires existence of either a "
              "'X-Amz-Date' or a 'Date' header.");
}

TEST(Claim, MalformedPartsAreIncomplete) {
    const std::pair<std::string, std::string> date = {"X-Amz-Date", "20260101T000000Z"};
    const auto replaced = [](std::string from, std::string to) {
        std::string text = authorization();
        return text.replace(text.find(from), from.size(), to);
    };
    for (const std::string& text :
         {std::string("Basic dXNlcjpwYXNz"), std::string("AWS4-HMAC-SHA256"),
          replaced("20260101", "2026010"), replaced("aws4_request", "aws3_request"),
          replaced("host;", ""), replaced("host;", "host;host;"), replaced("host;", "host;;"),
          replaced("5f79", "5F79"), replaced("5f79", "zz79"), replaced("20260101", "20260102")}) {
        const auto claim = claim_of({{"Authorization", text}, date});
        ASSERT_FALSE(claim) << text;
        EXPECT_EQ(claim.error().problem, Problem::IncompleteSignature) << text;
    }
    EXPECT_FALSE(claim_of({{"Authorization", authorization()}, {"X-Amz-Date", "yesterday"}}));
}

std::string presigned(std::string_view service, std::string_view expires) {
    return "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260101%2Fus-east-1%"
           "2F" +
           std::string(service) + "%2Faws4_request&X-Amz-Date=20260101T000000Z" +
           std::string(expires) + "&X-Amz-SignedHeaders=host&X-Amz-Signature=" + signature;
}

TEST(Claim, ReadsTheQueryForm) {
    const auto claim =
        claim_of({}, presigned("iot", "&X-Amz-Expires=300") + "&X-Amz-Security-Token=t%2Fk");
    ASSERT_TRUE(claim) << claim.error().message;
    EXPECT_EQ(claim->form, Claim::Form::Query);
    EXPECT_EQ(claim->expires, std::chrono::seconds(300));
    EXPECT_EQ(claim->session_token, "t/k");
    EXPECT_EQ(claim->credential.scope.service, "iot");
}

TEST(Claim, LifetimesAreBoundedAndOptionalForWebSocketsOnly) {
    for (const auto* expires : {"", "&X-Amz-Expires=0", "&X-Amz-Expires=604801",
                                "&X-Amz-Expires=-1", "&X-Amz-Expires=1h"}) {
        EXPECT_FALSE(claim_of({}, presigned("iot", expires))) << expires;
    }
    EXPECT_TRUE(claim_of({}, presigned("iot", "&X-Amz-Expires=604800")));
    const auto socket = claim_of({}, presigned("iotdevicegateway", ""));
    ASSERT_TRUE(socket);
    EXPECT_EQ(socket->expires, std::chrono::minutes(10));
    EXPECT_TRUE(claim_of({}, presigned("iotdevicegateway", "&X-Amz-Expires=86400")));
}

TEST(Claim, AQueryWithPartsMissingIsIncomplete) {
    const auto claim = claim_of({}, "X-Amz-Algorithm=AWS4-HMAC-SHA256");
    ASSERT_FALSE(claim);
    EXPECT_EQ(claim.error().problem, Problem::IncompleteSignature);
    EXPECT_NE(claim.error().message.find("'X-Amz-Signature'"), std::string::npos);
    EXPECT_FALSE(claim_of({}, "X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256"));
}

}  // namespace
}  // namespace gatehouse::signature
