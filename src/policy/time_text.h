// The time of a request as the condition keys aws:CurrentTime ("2026-01-01T00:00:00Z") and
// aws:EpochTime ("1767225600") have it: in whole seconds, and without an allocation.
// Source: IAM User Guide, "AWS global condition context keys".
//
// Threads: a plain value.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/clock.h"

namespace gatehouse::policy {

inline constexpr std::array<std::string_view, 2> time_variables{"aws:CurrentTime", "aws:EpochTime"};

class TimeText {
public:
    // `name`: one of time_variables, in any case.
    TimeText(std::string_view name, WallTime time) noexcept;

    std::string_view view() const { return {text_.data(), length_}; }

private:
    std::array<char, 32> text_;
    std::size_t length_ = 0;
};

}  // namespace gatehouse::policy
