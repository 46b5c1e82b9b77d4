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

// The signature is what botocore's S3SigV4Auth makes of the same request.
TEST(Signer, SignsThePathsOfS3AsSent) {
    const HeaderFields headers = {
        {"Host", "minio.example:9000"},
        {"Content-Type", "application/octet-stream"},
        {"X-Amz-Acl", "public-read"},
        {"X-Amz-Content-Sha256",
         "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"}};
    const auto added = sign_headers(
        {"PUT", "/my-bucket/devices//a%20b%2B%C3%A9/./x.json", "", headers, R"({"a":1})"},
        {AccessKeyId("AKIDEXAMPLE"), "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""},
        Region("eu-west-1"), "s3", *parse_amz_date("20260101T000000Z"), PathRule::AsSent);
    ASSERT_EQ(added.size(), 2u);
    EXPECT_EQ(added[1].second,
              "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-west-1/s3/aws4_request, "
              "SignedHeaders=content-type;host;x-amz-acl;x-amz-content-sha256;x-amz-date, "
              "Signature=ed5b6d6c97c56c779e189ab6633592938ac988288ca092975992c52e2dc094eb");
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
