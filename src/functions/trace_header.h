// The tracing header that travels with an invocation: "Root=1-…;Parent=…;Sampled=0".
// Source: AWS X-Ray Developer Guide, "Tracing header"; Lambda runtime API, Lambda-Runtime-Trace-Id.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"

namespace gatehouse::functions {

inline constexpr std::size_t trace_header_bytes_max = 512;

// The caller's header with what it lacks; a new one when it names no root, or is no header at all.
// Nothing is sampled unless the caller says so: there is no X-Ray here.
std::string complete_trace_header(std::string_view given, WallTime now, Random& random);

}  // namespace gatehouse::functions
