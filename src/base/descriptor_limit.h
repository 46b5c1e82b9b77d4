// How many descriptors this process may open: each connection is one.
#pragma once

#include <cstdint>

namespace gatehouse {

// Takes what the system gives, and more where the process may have more (as root) and `wanted`
// asks for it. Returns how many there may be now; 0 when that cannot be told.
std::uint64_t raise_descriptor_limit(std::uint64_t wanted = 0);

}  // namespace gatehouse
