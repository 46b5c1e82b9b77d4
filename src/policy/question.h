// One question to policies, as a person or a test asks it: `gatehouse policy explain` and the
// cases of a test table.
#pragma once

#include <string>
#include <vector>

#include "base/tenant.h"
#include "policy/decision.h"
#include "policy/explanation.h"
#include "policy/variables.h"

namespace gatehouse::policy {

struct Question {
    std::vector<PolicySource> sources;
    Variables variables;  // constant for the connection, and the clock that tells the time, if any
    Tenant tenant;
    std::string action;             // "iot:Publish"
    std::string resource;           // "topic/a/b" (of the tenant), a full ARN, or "*"
    std::vector<Variable> context;  // of this request: iot:ConnectAttributes, iot:LastWillTopic
};

// Compiles, decides and explains. Errors: InvalidInput for an unknown device action or a resource
// of another type than the action's, with what was probably meant.
Result<Explanation> ask(const Question& question);

}  // namespace gatehouse::policy
