// Random (version 4) UUIDs: trace ids, request ids, revision ids.
#pragma once

#include <string>

#include "base/random.h"

namespace gatehouse {

// Lower case with dashes, e.g. "3f2b8c1e-...".
std::string make_uuid(Random& random);
bool is_uuid(std::string_view text);

}  // namespace gatehouse
