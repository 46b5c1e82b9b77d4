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

// The whole policy document of `arn`, which may name a version or alias, as JSON text; empty when
// there are no permissions.
std::string resource_policy_text(const ResourcePolicy& policy, const std::string& arn);
// The function's of this name; a name that has none of its own has no permissions.
std::string resource_policy_text(const Function& function, const Qualifier& qualifier = {});

}  // namespace gatehouse::functions
