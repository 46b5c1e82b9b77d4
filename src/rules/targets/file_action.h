// The action `file`: a line for each result, in a file of a folder that the operator declared.
#pragma once

#include "rules/action_kinds.h"

namespace gatehouse::rules {

Result<ActionPtr> make_file_action(Parameters& parameters, const ActionParts& parts);

}  // namespace gatehouse::rules
