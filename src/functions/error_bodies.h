// The bodies that AWS Lambda gives for what the platform notices of a function that has none of its
// own to give.
//
// Source: AWS Lambda API reference, "Invoke"; Developer Guide, "Runtime API".
#pragma once

#include <cstdint>
#include <string>

#include "functions/function.h"
#include "functions/instance_process.h"

namespace gatehouse::functions {

std::string timeout_body(const RequestId& request, std::uint32_t timeout_s);
// The process ended by itself or was killed.
std::string exit_body(const RequestId& request, const ProcessEnd& end);
std::string invalid_entrypoint_body(const RequestId& request);
std::string too_large_body();

}  // namespace gatehouse::functions
