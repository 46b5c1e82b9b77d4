// When a scheduled audit runs.
// Source: AWS IoT API Reference, CreateScheduledAudit. AWS leaves the time of day open; here it is
// 00:00 UTC.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/choice.h"
#include "base/clock.h"
#include "registry/refusal.h"

namespace gatehouse::audit {

enum class Frequency : std::uint8_t { Daily, Weekly, Biweekly, Monthly };
enum class Weekday : std::uint8_t {
    Sunday,
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday
};

struct Schedule {
    Frequency frequency = Frequency::Daily;
    std::string day_of_month;            // "1" to "31" or "LAST", of a monthly one; else empty
    std::optional<Weekday> day_of_week;  // of a weekly and a biweekly one

    bool operator==(const Schedule&) const = default;
};

// Without the day that its frequency does not ask for. InvalidRequest: the one that it asks for is
// missing.
registry::Outcome<Schedule> checked_schedule(Schedule schedule);

// The first time after `after`; of a biweekly one that ran before, two weeks later.
// Requires: what checked_schedule() takes.
WallTime next_run(const Schedule& schedule, WallTime after, std::optional<WallTime> last_run);

}  // namespace gatehouse::audit

template <>
struct gatehouse::ChoiceNames<gatehouse::audit::Frequency> {
    static constexpr std::array<std::string_view, 4> names{"DAILY", "WEEKLY", "BIWEEKLY",
                                                           "MONTHLY"};
};
template <>
struct gatehouse::ChoiceNames<gatehouse::audit::Weekday> {
    static constexpr std::array<std::string_view, 7> names{"SUN", "MON", "TUE", "WED",
                                                           "THU", "FRI", "SAT"};
};
