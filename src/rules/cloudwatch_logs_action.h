// The action `cloudwatchLogs`: writes the result into a log group.
//
// Source: AWS IoT Developer Guide, "CloudWatch Logs" (rule actions).
#pragma once

#include "rules/action_kinds.h"

namespace gatehouse::rules {

Result<ActionPtr> make_cloudwatch_logs_action(Parameters& parameters, const ActionParts& parts);

}  // namespace gatehouse::rules
