// Keeping secrets out of what is shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::logs {

// What stands where a secret was.
inline constexpr std::string_view mask = "****";

// Whether a text has the form of a signed or encrypted JSON Web Token (RFC 7515, 7516: base64url
// parts with dots between, the first of which holds a JSON object), with or without "Bearer "
// before it.
bool is_like_token(std::string_view text);

// A CONNECT's user name without its secrets: everything before the first '?', unless that is like a
// token, and the values of x-amz-customauthorizer-name, SDK, Version, Platform and Metadata stay,
// every other value (token, signature, unknown keys, any of which may be a token) is masked.
std::string masked_user_name(std::string_view user_name);

// As many bytes of a text as are worth showing, cut between characters; of one that is longer, with
// how long it is.
inline constexpr std::size_t shown_bytes_max = 256;
std::string shown_text(std::string_view text);

}  // namespace gatehouse::logs
