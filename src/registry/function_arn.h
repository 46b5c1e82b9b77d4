// ARNs of the functions that the registry's resources name. Pure.
#pragma once

#include <string_view>

#include "registry/refusal.h"

namespace gatehouse::registry {

inline constexpr std::size_t function_arn_max = 2048;

// arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME[:VERSION-OR-ALIAS]; else InvalidRequest, which
// names the field.
Outcome<void> check_function_arn(std::string_view function, std::string_view field);

}  // namespace gatehouse::registry
