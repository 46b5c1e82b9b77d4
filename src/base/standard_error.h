// The server's last word to whoever runs it: standard error, which may be a file on a full disk, a
// pipe that nobody reads, or gone.
#pragma once

#include <string_view>

namespace gatehouse {

// Writes the line, its end of line included, in one piece of at most 4,096 bytes (PIPE_BUF; what
// is longer is cut, but for the end of line). Never throws and never waits: what cannot be written
// now is lost. From any thread.
void write_standard_error(std::string_view line) noexcept;

}  // namespace gatehouse
