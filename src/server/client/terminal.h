// Colour, where a person looks at it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "server/environment.h"

namespace gatehouse::server {

enum class Colour : std::uint8_t { Off, On };

// On for a terminal, unless NO_COLOR is set (https://no-color.org) or TERM is "dumb".
Colour colour_of(std::FILE* file, const Environment& environment);

enum class Paint : std::uint8_t { Good, Bad, Faint };

std::string painted(std::string_view text, Paint paint, Colour colour);

// Without control characters, those that turn the direction of writing included, which a device
// could send to confuse a terminal. Line breaks and tabs stay: indent what may have several lines,
// or one record passes for two. A carriage return, which stands for a line break within one log
// record, becomes one.
std::string printable(std::string_view text);
// The same in one line: "\n", "\r" and "\t" stand for what they escape.
std::string printable_line(std::string_view text);

}  // namespace gatehouse::server
