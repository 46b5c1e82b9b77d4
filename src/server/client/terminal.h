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

// Without control characters, which a device could send to confuse a terminal. Line breaks and tabs
// stay; a carriage return, which stands for a line break within one log record, becomes one.
std::string printable(std::string_view text);

}  // namespace gatehouse::server
