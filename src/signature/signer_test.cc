#include "signature/signer.h"

#include <gtest/gtest.h>

#include "signature/amz_time.h"
#include "signature/claim.h"

namespace gatehouse::signature {
namespace {

TEST(Signer, AddsDateTokenAndAuthorization) {
    const HeaderFields headers = {
        {"Host", "localhost"}, {"User-Agent", "x"}, {"Connection", "close"}, {"X-Thing", "1"}};
    const auto added =
        sign_headers({"GET", "/", "", headers, ""}, {AccessKeyId("AKID"), "secret", "token"},
                     Region("eu-west-1"), "lambda", *parse_amz_date("20260101T000000Z"));
    ASSERT_EQ(added.size(), 3u);
    EXPECT_EQ(added[0], std::pair(std::string("X-Amz-Date"), std::string("20260101T000000Z")));
    EXPECT_EQ(added[1], std::pair(std::string("X-Amz-Security-Token"), std::string("token")));
    EXPECT_TRUE(added[2].second.starts_with(
        "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/lambda/aws4_request, "
        "SignedHeaders=host;x-amz-date;x-amz-security-token;x-thing, Signature="))
        << added[2].second;
}

TEST(Signer, PresignsBesideTheQueryThatIsThere) {
    const HeaderFields headers = {{"Host", "localhost"}};
    const auto query = presign_query(
        {"GET", "/", "a=1", headers, ""}, {AccessKeyId("AKID"), "secret", ""}, Region("eu-west-1"),
        "iot", *parse_amz_date("20260101T000000Z"), std::chrono::seconds(60));
    EXPECT_TRUE(
        query.starts_with("a=1&X-Amz-Algorithm=AWS4-HMAC-SHA256&"
                          "X-Amz-Credential=AKID%2F20260101%2Feu-west-1%2Fiot%2F"
                          "aws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&"
                          "X-Amz-SignedHeaders=host&X-Amz-Signature="))
        << query;
    EXPECT_TRUE(read_claim({"GET", "/", query, headers, ""}));
}

}  // namespace
}  // namespace gatehouse::signature
