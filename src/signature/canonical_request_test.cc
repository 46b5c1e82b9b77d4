#include "signature/canonical_request.h"

#include <gtest/gtest.h>

#include "signature/signer.h"

namespace gatehouse::signature {
namespace {

TEST(CanonicalPath, IsNormalisedAndEncodedAgain) {
    EXPECT_EQ(canonical_path(""), "/");
    EXPECT_EQ(canonical_path("/"), "/");
    EXPECT_EQ(canonical_path("/things/a%2Fb"), "/things/a%252Fb");
    EXPECT_EQ(canonical_path("/a/./b/../c"), "/a/c");
    EXPECT_EQ(canonical_path("//a///b//"), "/a/b/");
    EXPECT_EQ(canonical_path("/../.."), "/");
    EXPECT_EQ(canonical_path("/tags/arn:aws:iot"), "/tags/arn%3Aaws%3Aiot");
    EXPECT_EQ(canonical_path("/a/~-_./$x"), "/a/~-_./%24x");
    EXPECT_EQ(canonical_path("/a%2Fb", PathRule::AsSent), "/a%2Fb");
}

TEST(CanonicalQuery, IsEncodedOnceAndSorted) {
    EXPECT_EQ(canonical_query(""), "");
    EXPECT_EQ(canonical_query("b=2&a=1&a=0"), "a=0&a=1&b=2");
    EXPECT_EQ(canonical_query("key"), "key=");
    EXPECT_EQ(canonical_query("a=x%20y&b=x+y"), "a=x%20y&b=x%2By");
    EXPECT_EQ(canonical_query("a=%7e%2f"), "a=~%2F");
    EXPECT_EQ(canonical_query("a=b=c"), "a=b%3Dc");
    EXPECT_EQ(canonical_query("&&a=1&"), "a=1");
    EXPECT_EQ(canonical_query("A=1&a=2&-=3"), "-=3&A=1&a=2");
    const std::string_view without[] = {"X-Amz-Signature"};
    EXPECT_EQ(canonical_query("a=1&X-Amz-Signature=ff", without), "a=1");
}

TEST(CanonicalHeader, IsTrimmedAndJoined) {
    const HeaderFields headers = {
        {"Host", "example.test:4566"}, {"X-List", "  a   b\t c  "}, {"x-list", "d"}};
    const RequestView request{.headers = headers};
    EXPECT_EQ(canonical_header_value(request, "host"), "example.test:4566");
    EXPECT_EQ(canonical_header_value(request, "x-list"), "a b c,d");
    EXPECT_EQ(canonical_header_value(request, "absent"), "");
}

TEST(CanonicalRequest, EndsItsHeadersWithAnEmptyLine) {
    const CanonicalRequest canonical{"GET", "/", "", {{"a", "1"}, {"host", "h"}}, "hash"};
    EXPECT_EQ(canonical.text(), "GET\n/\n\na:1\nhost:h\n\na;host\nhash");
}

}  // namespace
}  // namespace gatehouse::signature
