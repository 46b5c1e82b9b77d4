#include "server/client/duration.h"

#include <gtest/gtest.h>

namespace gatehouse::server {
namespace {

using std::chrono::milliseconds;

TEST(Duration, IsWrittenWithUnits) {
    EXPECT_EQ(parse_duration("250ms"), milliseconds(250));
    EXPECT_EQ(parse_duration("90s"), milliseconds(90'000));
    EXPECT_EQ(parse_duration("5m"), milliseconds(300'000));
    EXPECT_EQ(parse_duration("1h30m"), milliseconds(5'400'000));
    EXPECT_EQ(parse_duration("2d"), milliseconds(172'800'000));
    EXPECT_EQ(parse_duration("0s"), milliseconds(0));
}

TEST(Duration, RefusesEverythingElse) {
    for (const char* text : {"", "5", "m", "-5m", "5 m", "5x", "5m3", "99999999999999999999s",
                             "9223372036854775807d", "36500d1d"}) {
        const auto parsed = parse_duration(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_NE(parsed.error().message.find("1h30m"), std::string::npos);
    }
}

}  // namespace
}  // namespace gatehouse::server
