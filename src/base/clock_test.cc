#include "base/clock.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(ManualClock, MachineTimeStandsStillOrGoesOnAndMovesAlong) {
    using std::chrono::hours;
    ManualClock still;
    EXPECT_EQ(still.machine_now(), still.steady_now());
    ManualClock going(ManualClock::default_start(), ManualClock::MachineTime::Goes);
    const SteadyTime stood = going.steady_now(), before = going.machine_now();
    while (going.machine_now() == before) {
    }
    EXPECT_EQ(going.steady_now(), stood);
    going.advance(hours(5));
    EXPECT_GT(going.machine_now(), before + hours(5));
    EXPECT_LT(going.machine_now(), before + hours(6));
}

TEST(ManualClock, MovesBothTimesTogether) {
    ManualClock clock;
    const auto steady = clock.steady_now();
    const auto wall = clock.wall_now();
    clock.advance(std::chrono::minutes(5));
    EXPECT_EQ(clock.steady_now() - steady, std::chrono::minutes(5));
    EXPECT_EQ(clock.wall_now() - wall, std::chrono::minutes(5));
}

TEST(Clock, FormatsTheThreeForms) {
    const WallTime time{std::chrono::milliseconds(1502379443476)};
    EXPECT_EQ(format_log_time(time), "2017-08-10 15:37:23.476");
    EXPECT_EQ(format_iso8601(time), "2017-08-10T15:37:23.476Z");
    EXPECT_EQ(format_amz_date(time), "20170810T153723Z");
}

}  // namespace
}  // namespace gatehouse
