// The action `lambda`: hands the result to a function, which nobody waits for.
//
// Source: AWS IoT Developer Guide, "Lambda" (rule actions).
#pragma once

#include "rules/action_kinds.h"

namespace gatehouse::rules {

Result<ActionPtr> make_lambda_action(Parameters& parameters, const ActionParts& parts);

// Whether the text is the ARN of a function, with or without a version or alias.
bool is_function_arn(std::string_view text);

}  // namespace gatehouse::rules
