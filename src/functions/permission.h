// Resource policies of functions and of versions of layers: who else may have them.
//
// Source: AWS Lambda API reference, AddPermission, AddLayerVersionPermission and GetPolicy.
#pragma once

#include <optional>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "functions/function.h"

namespace gatehouse::functions {

// InvalidInput, with AWS's message, when a field is not what AddPermission takes.
Result<void> check_permission(const Permission& permission);

// Adds the statement to the policy of `arn`, which gets another revision; answers its JSON text.
// Conflict: there is one of this id, or the policy has another revision than the wanted one (then
// the error's field is "revisionId"). LimitExceeded: the policy would be too long.
Result<std::string> add_statement(ResourcePolicy& policy, Permission permission,
                                  const std::optional<RevisionId>& wanted, const std::string& arn,
                                  Random& random);
// NotFound: there is no such statement; Conflict as above.
Result<void> remove_statement(ResourcePolicy& policy, const StatementId& statement,
                              const std::optional<RevisionId>& wanted, Random& random);

// The statement as JSON text, as AddPermission answers it.
std::string statement_text(const Permission& permission, const std::string& function_arn);

// The whole policy document of `arn`, which may name a version or alias, as JSON text; empty when
// there are no permissions.
std::string resource_policy_text(const ResourcePolicy& policy, const std::string& arn);
// The function's of this name; a name that has none of its own has no permissions.
std::string resource_policy_text(const Function& function, const Qualifier& qualifier = {});

}  // namespace gatehouse::functions
