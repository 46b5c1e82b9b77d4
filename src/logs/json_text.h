// Writing JSON text into a buffer without a tree in between.
#pragma once

#include <string>
#include <string_view>

namespace gatehouse::logs {

// Appends the text escaped for the inside of a JSON string (RFC 8259 section 7), without the
// quotes. Each byte that is not part of well-formed UTF-8 becomes U+FFFD.
void append_escaped(std::string& out, std::string_view text);

// The text with each byte that is not part of well-formed UTF-8 replaced by U+FFFD.
void append_utf8(std::string& out, std::string_view text);

}  // namespace gatehouse::logs
