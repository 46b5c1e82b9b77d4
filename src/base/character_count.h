// How long a text is for who writes it: limits of AWS count characters, not bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace gatehouse {

// The code points of UTF-8; in other bytes, those that do not continue one.
constexpr std::size_t character_count(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) >> 6) != 2; }));
}

}  // namespace gatehouse
