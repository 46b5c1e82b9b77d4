// A log record as a person reads it: one line, and under a refusal why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/client/terminal.h"

namespace gatehouse::server {

// What a function printed, as it is, after its time. `timestamp` in milliseconds since 1970. Ends
// in a newline; lines behind the first are indented.
std::string output_line(std::int64_t timestamp, std::string_view message, Colour colour);

// A record of the service's own log: of its streams in AWSIotLogsV2 (logs::is_event_stream). In
// others everybody may print what looks like one: output_line().
// `told`: what the reader knows already. A reason that is part of it is not repeated, and where to
// learn more is left out.
std::string event_line(std::int64_t timestamp, std::string_view message, Colour colour,
                       std::string_view told = {});

}  // namespace gatehouse::server
