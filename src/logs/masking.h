// Keeping secrets out of what is shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::logs {

// What stands where a secret was.
inline constexpr std::string_view mask = "****";

// A CONNECT's user name without the secrets of its query part: everything before the first '?'
// and the values of x-amz-customauthorizer-name, SDK, Version, Platform and Metadata stay, every
// other value (token, signature, unknown keys, any of which may be a token) is masked.
std::string masked_user_name(std::string_view user_name);

// As many bytes of a text as are worth showing, cut between characters; of one that is longer, with
// how long it is.
inline constexpr std::size_t shown_bytes_max = 256;
std::string shown_text(std::string_view text);

}  // namespace gatehouse::logs
