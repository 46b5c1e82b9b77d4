#include "policy/time_text.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "policy/ascii_case.h"

namespace gatehouse::policy {

TimeText::TimeText(std::string_view name, WallTime time) noexcept {
    if (same_ignoring_case(name, "aws:EpochTime")) {
        const auto seconds =
            std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
        const auto end = std::to_chars(text_.data(), text_.data() + text_.size(), seconds).ptr;
        length_ = static_cast<std::size_t>(end - text_.data());
        return;
    }
    // Not gmtime_r(), which reads the machine's time zone and takes a lock for it.
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    const auto end =
        fmt::format_to_n(text_.data(), text_.size(), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                         static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                         static_cast<unsigned>(date.day()), clock.hours().count(),
                         clock.minutes().count(), clock.seconds().count());
    length_ = static_cast<std::size_t>(end.out - text_.data());
}

}  // namespace gatehouse::policy
