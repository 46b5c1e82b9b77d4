// Text forms of bytes: hexadecimal, base64, percent-encoding.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace gatehouse {

// Lower case.
std::string to_hex(BytesView bytes);
// Either case; empty when the length is odd or a character is foreign.
std::optional<Bytes> from_hex(std::string_view text);

// Standard alphabet, padded (RFC 4648 section 4).
std::string to_base64(BytesView bytes);
// Standard alphabet; padding is required, nothing else is skipped or forgiven.
std::optional<Bytes> from_base64(std::string_view text);

// Decodes %XX. A '%' that is not followed by two hexadecimal digits stays as it is; '+' stays '+'.
std::string percent_decode(std::string_view text);
// Whether there is such a '%'.
bool has_broken_escape(std::string_view text);
// The fields of a query ("a=1&b"), decoded, in the order sent; empty ones are left out.
std::vector<std::pair<std::string, std::string>> query_fields(std::string_view query);
// Encodes everything but A-Z a-z 0-9 - . _ ~ (RFC 3986 unreserved) and `keep`.
std::string percent_encode(std::string_view text, std::string_view keep = "");

// Whether the text is well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view text);

// Compares without telling by its duration where the first difference is. Lengths are not secret.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace gatehouse
