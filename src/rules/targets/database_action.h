// The action `sql`: a statement is run in a PostgreSQL database that the operator declared.
#pragma once

#include "rules/action_kinds.h"

namespace gatehouse::rules {

Result<ActionPtr> make_sql_action(Parameters& parameters, const ActionParts& parts);

}  // namespace gatehouse::rules
