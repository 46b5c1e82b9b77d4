// The role in whose name something is to act, as requests name it.
#pragma once

#include <string_view>

#include "registry/refusal.h"

namespace gatehouse::registry {

// InvalidRequest, naming the field: no ARN of a role of IAM's.
Outcome<void> check_role_arn(std::string_view role_arn, std::string_view field = "roleArn");

}  // namespace gatehouse::registry
