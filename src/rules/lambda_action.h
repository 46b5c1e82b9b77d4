// The action `lambda`: hands the result to a function, which nobody waits for.
//
// Source: AWS IoT Developer Guide, "Lambda" (rule actions).
#pragma once

#include "rules/action_kinds.h"

namespace gatehouse::rules {

Result<ActionPtr> make_lambda_action(Parameters& parameters, const ActionParts& parts);

}  // namespace gatehouse::rules
