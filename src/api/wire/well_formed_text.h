// Writing texts of any origin so that the answer stays well-formed UTF-8.
#pragma once

#include <string_view>

#include "base/encoding.h"

namespace gatehouse::api::wire {

// U+FFFD, for what cannot be written.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

// The length of the well-formed UTF-8 sequence that begins at `at`, or 0.
inline std::size_t utf8_sequence_at(std::string_view text, std::size_t at) {
    for (std::size_t length = 1; length <= 4 && at + length <= text.size(); ++length) {
        if (is_utf8(text.substr(at, length))) return length;
    }
    return 0;
}

}  // namespace gatehouse::api::wire
