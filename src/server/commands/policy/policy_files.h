// Policy documents from files, for the commands.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "policy/decision.h"

namespace gatehouse::server {

// Each named by its file. Errors name the file, line and column.
Result<std::vector<policy::PolicySource>> read_policies(const std::vector<std::string>& files);

}  // namespace gatehouse::server
