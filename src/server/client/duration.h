// Spans of time as people type them: "90s", "5m", "1h30m", "250ms", "2d".
#pragma once

#include <chrono>
#include <string_view>

#include "base/result.h"

namespace gatehouse::server {

// InvalidInput says which forms there are. Not negative, at most about a hundred years.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace gatehouse::server
