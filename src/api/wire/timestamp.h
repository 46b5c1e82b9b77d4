// The forms that times take in AWS protocols.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace gatehouse::api::wire {

enum class TimeForm : std::uint8_t { EpochSeconds, Iso8601, HttpDate };

// "1515531081.123" (no fraction when it is zero), "2018-01-09T20:51:21Z",
// "Tue, 09 Jan 2018 20:51:21 GMT".
std::string format_time(WallTime time, TimeForm form);
// Epoch seconds with or without fraction, or ISO 8601 in UTC with or without fraction.
std::optional<WallTime> parse_time(std::string_view text);
std::optional<WallTime> time_from_epoch_seconds(double seconds);

}  // namespace gatehouse::api::wire
