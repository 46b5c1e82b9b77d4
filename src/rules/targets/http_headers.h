// Headers that users name and messages fill: what may be in a request's head.
// Source: RFC 9110 section 5.
//
// Threads: pure functions.
#pragma once

#include <string_view>

namespace gatehouse::rules {

bool is_header_name(std::string_view name);
// No end of line, and nothing else that would begin another header.
bool is_header_value(std::string_view value);
// Whether the header makes up the request itself, so that it is nobody else's to give.
bool is_of_request(std::string_view name);
// Whether it is one of a signature's.
bool is_of_signature(std::string_view name);

}  // namespace gatehouse::rules
