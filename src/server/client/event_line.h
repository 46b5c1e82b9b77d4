// A log record as a person reads it: one line, and under a refusal why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/client/terminal.h"

namespace gatehouse::server {

// Whether a refusal says how to learn more.
enum class MoreHint : std::uint8_t { Left, Given };

// `message` as stored, `timestamp` in milliseconds since 1970. Messages that are not events of AWS
// IoT are shown as they are, after their time. Ends in a newline.
std::string event_line(std::int64_t timestamp, std::string_view message, Colour colour,
                       MoreHint hint = MoreHint::Given);

}  // namespace gatehouse::server
