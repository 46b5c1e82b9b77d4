#include "base/host_name.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(HostName, IsComparedWithoutCaseAndTrailingDot) {
    EXPECT_EQ(canonical_host_name("IoT.Customer.Test."), "iot.customer.test");
    EXPECT_EQ(canonical_host_name("a.."), "a.") << "one dot ends a name, not two";
    EXPECT_EQ(canonical_host_name("."), "");
    EXPECT_TRUE(is_canonical_host_name("iot.customer.test"));
    EXPECT_FALSE(is_canonical_host_name("iot.customer.test."));
    EXPECT_FALSE(is_canonical_host_name("iot.Customer.test"));
}

}  // namespace
}  // namespace gatehouse
