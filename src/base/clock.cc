#include "base/clock.h"

#include <fmt/format.h>

#include <cassert>

namespace gatehouse {
namespace {

struct Fields {
    std::chrono::year_month_day date;
    std::chrono::hh_mm_ss<std::chrono::milliseconds> time;
};

Fields fields_of(WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss(time - day)};
}

}  // namespace

SteadyTime SystemClock::steady_now() const {
    return std::chrono::steady_clock::now();
}

WallTime SystemClock::wall_now() const {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

ManualClock::ManualClock(WallTime start, MachineTime machine_time)
    : start_(start), machine_time_(machine_time) {}

WallTime ManualClock::default_start() {
    using namespace std::chrono;
    return sys_days(year(2026) / January / 1);
}

SteadyTime ManualClock::steady_now() const {
    // An hour of lead, so that "now minus something" stays positive.
    return SteadyTime(std::chrono::hours(1) + std::chrono::milliseconds(elapsed_ms_.load()));
}

WallTime ManualClock::wall_now() const {
    return start_ + std::chrono::milliseconds(elapsed_ms_.load());
}

SteadyTime ManualClock::machine_now() const {
    if (machine_time_ == MachineTime::StandsStill) return steady_now();
    return SystemClock().steady_now() + std::chrono::milliseconds(elapsed_ms_.load());
}

void ManualClock::advance(std::chrono::milliseconds by) {
    assert(by.count() >= 0);
    elapsed_ms_ += by.count();
}

std::string format_log_time(WallTime time) {
    const Fields at = fields_of(time);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}", int(at.date.year()),
                       unsigned(at.date.month()), unsigned(at.date.day()), at.time.hours().count(),
                       at.time.minutes().count(), at.time.seconds().count(),
                       at.time.subseconds().count());
}

std::string format_iso8601(WallTime time) {
    std::string text = format_log_time(time);
    text[10] = 'T';
    return text + 'Z';
}

std::string format_amz_date(WallTime time) {
    const Fields at = fields_of(time);
    return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", int(at.date.year()),
                       unsigned(at.date.month()), unsigned(at.date.day()), at.time.hours().count(),
                       at.time.minutes().count(), at.time.seconds().count());
}

}  // namespace gatehouse
