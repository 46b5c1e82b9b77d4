// A function's resource policy: who else may invoke it.
//
// Source: AWS Lambda API reference, AddPermission and GetPolicy.
#pragma once

#include <string>

#include "base/result.h"
#include "functions/function.h"

namespace gatehouse::functions {

// InvalidInput, with AWS's message, when a field is not what AddPermission takes.
Result<void> check_permission(const Permission& permission);

// The statement as JSON text, as AddPermission answers it.
std::string statement_text(const Permission& permission, const std::string& function_arn);

// The whole policy document as JSON text; empty when the function has no permissions.
std::string resource_policy_text(const Function& function);

}  // namespace gatehouse::functions
