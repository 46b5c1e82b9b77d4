// Characters, and texts of UTF-8 by their characters (code points).
//
// Pure; threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::sql {

inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
// As JSON and SQL have them.
inline bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// The bytes before the character with this number, counted from 0; all of them where there is none.
std::size_t byte_of_character(std::string_view text, std::size_t character);
std::string lower_case(std::string_view text);
std::string upper_case(std::string_view text);
// UTF-8 of a code point; empty: it is none.
std::string character_of(std::int64_t code_point);

}  // namespace gatehouse::sql
