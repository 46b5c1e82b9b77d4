// Text as it was before others put it between quotes, however often: the escapes of JSON and Python
// (of text and of bytes) and percent-encoding are undone until none is left.
//
// For finding: the same text is found in every form it was given, since it ends as the same. It is
// not for reading: what looks like an escape and was none is undone as well, and so that both
// alphabets of base64 and both encodings of a blank are one, '+' and '-' become a blank and '_' a
// slash.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::functions {

struct UnquotedText {
    struct Place {
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
    };
    std::string text;           // UTF-8; bytes that belong to no character stand as Latin-1
    std::vector<Place> places;  // of each byte, where the source has its character
};

// Takes time in proportion to the length. At most 4 GiB.
UnquotedText unquote(std::string_view source);

// The text alone, of what others may continue: without an escape at its end that lacks digits, or
// a character that lacks bytes, since what follows may be these.
std::string unquote_part(std::string_view source);

// No character of UTF-8 begins with this byte.
bool continues_character(char c);

}  // namespace gatehouse::functions
