// The time of a request as the condition keys aws:CurrentTime ("2026-01-01T00:00:00Z") and
// aws:EpochTime ("1767225600") have it: in whole seconds, and without an allocation.
// Source: IAM User Guide, "AWS global condition context keys".
//
// Threads: a plain value.
#pragma once

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <string_view>

#include "base/clock.h"
#include "policy/ascii_case.h"

namespace gatehouse::policy {

inline constexpr std::array<std::string_view, 2> time_variables{"aws:CurrentTime", "aws:EpochTime"};

class TimeText {
public:
    // `name`: one of time_variables, in any case.
    TimeText(std::string_view name, WallTime time) noexcept {
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

    std::string_view view() const { return {text_.data(), length_}; }

private:
    std::array<char, 32> text_;
    std::size_t length_ = 0;
};

}  // namespace gatehouse::policy
