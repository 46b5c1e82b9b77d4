#include "api/sts/errors.h"

#include <gtest/gtest.h>

namespace gatehouse::api::sts {
namespace {

// SDKs wait and try again at that, and take an InternalFailure for a fault of the server.
TEST(StsErrors, TooManySessionsAreThrottled) {
    const wire::ErrorShape& shape = error_table().of_kind(ErrorKind::LimitExceeded);
    EXPECT_EQ(shape.name, "Throttling");
    EXPECT_EQ(shape.status, 400U);
}

}  // namespace
}  // namespace gatehouse::api::sts
