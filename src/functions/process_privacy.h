// Keeping the server's own memory out of reach.
#pragma once

#include "base/result.h"

namespace gatehouse::functions {

// Makes this process not dumpable: no core files, and no other process of the same user may
// trace it or read its memory, environment or descriptors. Call once at start, after dropping
// privileges (changing user makes a process dumpable again).
Result<void> forbid_tracing();

}  // namespace gatehouse::functions
