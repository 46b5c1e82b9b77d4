// Whether a JSON text names a member twice in one object. Of two members, one reader takes the
// first and another the last; what is signed must mean one thing.
//
// Threads: pure function.
#pragma once

#include <string_view>

namespace gatehouse::signature {

// True for a text that is no JSON, too: it has no members that count.
bool has_unique_members(std::string_view json);

}  // namespace gatehouse::signature
