// The time of a request as the condition keys aws:CurrentTime ("2026-01-01T00:00:00Z") and
// aws:EpochTime ("1767225600") have it: in whole seconds, and without an allocation.
// Source: IAM User Guide, "AWS global condition context keys".
//
// Threads: a plain value.
#pragma once

#include <array>
#include <charconv>
#include <ctime>
#include <string_view>

#include "base/clock.h"
#include "policy/ascii_case.h"

namespace gatehouse::policy {

inline constexpr std::array<std::string_view, 2> time_variables{"aws:CurrentTime", "aws:EpochTime"};

class TimeText {
public:
    // `name`: one of time_variables, in any case.
    TimeText(std::string_view name, WallTime time) noexcept {
        const std::time_t seconds =
            std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
        if (same_ignoring_case(name, "aws:EpochTime")) {
            const auto end = std::to_chars(text_.data(), text_.data() + text_.size(), seconds).ptr;
            length_ = static_cast<std::size_t>(end - text_.data());
            return;
        }
        std::tm fields{};
        gmtime_r(&seconds, &fields);
        length_ = std::strftime(text_.data(), text_.size(), "%FT%TZ", &fields);
    }

    std::string_view view() const { return {text_.data(), length_}; }

private:
    std::array<char, 32> text_;
    std::size_t length_ = 0;
};

}  // namespace gatehouse::policy
