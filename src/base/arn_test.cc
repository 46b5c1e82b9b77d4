#include "base/arn.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(Arn, KeepsColonsInsideTheResource) {
    const auto arn = parse_arn("arn:aws:lambda:us-east-1:123456789012:function:hello:PROD");
    ASSERT_TRUE(arn);
    EXPECT_EQ(arn->service, "lambda");
    EXPECT_EQ(arn->resource, "function:hello:PROD");
    EXPECT_EQ(arn->text(), "arn:aws:lambda:us-east-1:123456789012:function:hello:PROD");
}

TEST(Arn, RefusesTooFewPartsAndAForeignPrefix) {
    EXPECT_EQ(parse_arn("arn:aws:iot").error().kind, ErrorKind::InvalidInput);
    EXPECT_EQ(parse_arn("urn:aws:iot:r:a:x").error().kind, ErrorKind::InvalidInput);
}

TEST(Arn, PartitionFollowsTheRegion) {
    EXPECT_EQ(make_arn({AccountId("1"), Region("cn-north-1")}, "iot", "thing/x"),
              "arn:aws-cn:iot:cn-north-1:1:thing/x");
}

}  // namespace
}  // namespace gatehouse
