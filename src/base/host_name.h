// Host names as they are compared: without case, and without the dot that may end a whole one.
// Source: RFC 4343; RFC 6066 section 3 (SNI has no trailing dot, which some clients send).
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace gatehouse {

std::string canonical_host_name(std::string_view name);
bool is_canonical_host_name(std::string_view name);

}  // namespace gatehouse
