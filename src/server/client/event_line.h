// A log record as a person reads it: one line, and under a refusal why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/client/terminal.h"

namespace gatehouse::server {

// `message` as stored, `timestamp` in milliseconds since 1970. Messages that are not events of AWS
// IoT are shown as they are, after their time. Ends in a newline.
// `told`: what the reader knows already. A reason that is part of it is not repeated, and where to
// learn more is left out.
std::string event_line(std::int64_t timestamp, std::string_view message, Colour colour,
                       std::string_view told = {});

}  // namespace gatehouse::server
