#include "audit/schedule.h"

#include <gtest/gtest.h>

namespace gatehouse::audit {
namespace {

WallTime at(int year, unsigned month, unsigned day, int hour = 0) {
    return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                                 std::chrono::day(day)) +
           std::chrono::hours(hour);
}

TEST(Schedule, RunsEveryDayAtMidnight) {
    const Schedule daily{.frequency = Frequency::Daily};
    EXPECT_EQ(next_run(daily, at(2026, 2, 28, 13), {}), at(2026, 3, 1));
    EXPECT_EQ(next_run(daily, at(2026, 3, 1), {}), at(2026, 3, 2));
}

TEST(Schedule, RunsOnADayOfTheWeek) {
    const Schedule weekly{.frequency = Frequency::Weekly, .day_of_week = Weekday::Monday};
    // 2026-11-30 is a Monday.
    EXPECT_EQ(next_run(weekly, at(2026, 11, 27, 5), {}), at(2026, 11, 30));
    EXPECT_EQ(next_run(weekly, at(2026, 11, 30, 1), {}), at(2026, 12, 7));
}

TEST(Schedule, RunsEverySecondWeek) {
    const Schedule biweekly{.frequency = Frequency::Biweekly, .day_of_week = Weekday::Monday};
    EXPECT_EQ(next_run(biweekly, at(2026, 11, 27), {}), at(2026, 11, 30));
    const auto last = at(2026, 11, 30);
    EXPECT_EQ(next_run(biweekly, last, last), at(2026, 12, 14));
    EXPECT_EQ(next_run(biweekly, at(2026, 12, 20), last), at(2026, 12, 21))
        << "the one that was due passed while nobody was there";
}

TEST(Schedule, RunsOnADayOfTheMonth) {
    Schedule monthly{.frequency = Frequency::Monthly, .day_of_month = "31"};
    EXPECT_EQ(next_run(monthly, at(2026, 1, 31), {}), at(2026, 2, 28));
    EXPECT_EQ(next_run(monthly, at(2026, 2, 28), {}), at(2026, 3, 31));
    monthly.day_of_month = "LAST";
    EXPECT_EQ(next_run(monthly, at(2028, 2, 1), {}), at(2028, 2, 29));
    monthly.day_of_month = "5";
    EXPECT_EQ(next_run(monthly, at(2026, 12, 5), {}), at(2027, 1, 5));
    EXPECT_EQ(next_run(monthly, at(2026, 12, 4, 23), {}), at(2026, 12, 5));
}

TEST(Schedule, WantsTheDayThatItsFrequencyAsksFor) {
    EXPECT_TRUE(checked_schedule({.frequency = Frequency::Daily}));
    EXPECT_FALSE(checked_schedule({.frequency = Frequency::Weekly}));
    EXPECT_FALSE(checked_schedule({.frequency = Frequency::Biweekly, .day_of_month = "1"}));
    const auto biweekly = checked_schedule(
        {.frequency = Frequency::Biweekly, .day_of_month = "1", .day_of_week = Weekday::Friday});
    ASSERT_TRUE(biweekly);
    EXPECT_EQ(biweekly->day_of_month, "") << "it is of no use";
    EXPECT_FALSE(
        checked_schedule({.frequency = Frequency::Monthly, .day_of_week = Weekday::Friday}));
    EXPECT_TRUE(checked_schedule({.frequency = Frequency::Monthly, .day_of_month = "LAST"}));
}

}  // namespace
}  // namespace gatehouse::audit
