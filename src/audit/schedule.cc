#include "audit/schedule.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace gatehouse::audit {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

// Of the month of `day`, or its last day where it is shorter.
sys_days day_in_month(const Schedule& schedule, sys_days day) {
    const std::chrono::year_month_day date(day);
    const auto last = (date.year() / date.month() / std::chrono::last).day();
    if (schedule.day_of_month == "LAST") return date.year() / date.month() / last;
    unsigned wanted = 1;
    const std::string& text = schedule.day_of_month;
    std::from_chars(text.data(), text.data() + text.size(), wanted);
    return date.year() / date.month() / std::min(std::chrono::day(wanted), last);
}

sys_days next_month_day(const Schedule& schedule, sys_days after) {
    const sys_days here = day_in_month(schedule, after);
    if (here > after) return here;
    const std::chrono::year_month_day date(after);
    const auto month = date.year() / date.month() + std::chrono::months(1);
    return day_in_month(schedule, sys_days(month / 1));
}

sys_days next_weekday(Weekday wanted, sys_days after) {
    const std::chrono::weekday day(static_cast<unsigned>(wanted));
    const days ahead = day - std::chrono::weekday(after);
    return after + (ahead == days(0) ? days(7) : ahead);
}

}  // namespace

registry::Outcome<Schedule> checked_schedule(Schedule schedule) {
    const bool is_weekly =
        schedule.frequency == Frequency::Weekly || schedule.frequency == Frequency::Biweekly;
    const bool is_monthly = schedule.frequency == Frequency::Monthly;
    if (is_weekly && !schedule.day_of_week) {
        return registry::refuse_field("dayOfWeek",
                                      "it is required where frequency is WEEKLY or BIWEEKLY");
    }
    if (is_monthly && schedule.day_of_month.empty()) {
        return registry::refuse_field("dayOfMonth", "it is required where frequency is MONTHLY");
    }
    if (!is_weekly) schedule.day_of_week.reset();
    if (!is_monthly) schedule.day_of_month.clear();
    return schedule;
}

WallTime next_run(const Schedule& schedule, WallTime after, std::optional<WallTime> last_run) {
    const auto day = std::chrono::floor<days>(after);
    const Weekday weekday = schedule.day_of_week.value_or(Weekday::Sunday);
    switch (schedule.frequency) {
        case Frequency::Daily: return day + days(1);
        case Frequency::Weekly: return next_weekday(weekday, day);
        case Frequency::Monthly: return next_month_day(schedule, day);
        case Frequency::Biweekly: {
            const sys_days next = next_weekday(weekday, day);
            if (!last_run) return next;
            // Not in the week after the one before.
            return std::max(next,
                            next_weekday(weekday, std::chrono::floor<days>(*last_run) + days(7)));
        }
    }
    return day + days(1);
}

}  // namespace gatehouse::audit
