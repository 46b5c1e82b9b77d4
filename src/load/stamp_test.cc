#include "load/stamp.h"

#include <gtest/gtest.h>

namespace gatehouse::load {
namespace {

TEST(Stamp, ReadsBackAsItWasWritten) {
    const Stamp stamp{.run = 0xfedcba98,
                      .publisher = 70'000,
                      .number = 0x0123456789abcdef,
                      .sent_at = stamp_time()};
    Bytes payload(64, 'x');
    write_stamp(payload.data(), stamp);
    EXPECT_EQ(read_stamp(payload), stamp);
    EXPECT_EQ(payload[stamp_size], 'x');
    EXPECT_EQ(stamp.stream(), 0xfedcba9800011170u);
}

TEST(Stamp, IsNotSeenInOtherMessages) {
    EXPECT_EQ(read_stamp(Bytes(64, 'x')), std::nullopt);
    Bytes payload(stamp_size, 'x');
    write_stamp(payload.data(), {});
    EXPECT_TRUE(read_stamp(payload));
    payload.pop_back();
    EXPECT_EQ(read_stamp(payload), std::nullopt);
}

}  // namespace
}  // namespace gatehouse::load
