#include "policy/time_text.h"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::policy {
namespace {

struct Written {
    std::string date;
    std::string number;

    bool operator==(const Written&) const = default;
};

Written written(std::chrono::sys_days day, std::chrono::milliseconds time_of_day) {
    const WallTime time = day + time_of_day;
    return {std::string(TimeText("aws:CurrentTime", time).view()),
            std::string(TimeText("aws:EpochTime", time).view())};
}

TEST(TimeText, IsADateInUtcOrSecondsSince1970) {
    using namespace std::chrono;
    EXPECT_EQ(written(2026y / 1 / 1, 0ms), (Written{"2026-01-01T00:00:00Z", "1767225600"}));
    EXPECT_EQ(written(2024y / 2 / 29, 23h + 59min + 8s),
              (Written{"2024-02-29T23:59:08Z", "1709251148"}));
    EXPECT_EQ(written(1970y / 1 / 1, 0ms), (Written{"1970-01-01T00:00:00Z", "0"}));
    EXPECT_EQ(written(9999y / 12 / 31, 23h + 59min + 59s),
              (Written{"9999-12-31T23:59:59Z", "253402300799"}));
}

TEST(TimeText, HasWholeSecondsThatHaveBegun) {
    using namespace std::chrono;
    EXPECT_EQ(written(2025y / 12 / 31, 86'400s - 1ms),
              (Written{"2025-12-31T23:59:59Z", "1767225599"}));
    EXPECT_EQ(written(1970y / 1 / 1, -1ms), (Written{"1969-12-31T23:59:59Z", "-1"}));
}

TEST(TimeText, TakesItsNameInAnyCase) {
    EXPECT_EQ(TimeText("AWS:epochtime", WallTime()).view(), "0");
    EXPECT_EQ(TimeText("aws:CURRENTTIME", WallTime()).view(), "1970-01-01T00:00:00Z");
}

}  // namespace
}  // namespace gatehouse::policy
