// Comparing names whose case does not count: actions, condition keys, variables. ASCII only, since
// AWS defines all of them in ASCII; other bytes compare as they are.
#pragma once

#include <algorithm>
#include <string_view>

namespace gatehouse::policy {

constexpr char lower_ascii(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool same_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower_ascii, lower_ascii);
}

}  // namespace gatehouse::policy
