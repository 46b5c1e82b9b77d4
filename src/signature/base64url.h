// base64 in the form of JSON Web Tokens: the URL's alphabet, no padding.
//
// Source: RFC 7515 section 2, RFC 4648 section 5. Threads: pure function.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace gatehouse::signature {

// Empty for foreign characters, padding, an impossible length, and bits behind the last byte: each
// sequence of bytes has one text.
std::optional<Bytes> from_base64url(std::string_view text);

}  // namespace gatehouse::signature
