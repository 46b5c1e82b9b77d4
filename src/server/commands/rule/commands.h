// The commands of `gatehouse rule`.
#pragma once

#include "server/command.h"

namespace gatehouse::server {

Exit run_rule_create(const Invocation& invocation);
Exit run_rule_delete(const Invocation& invocation);
Exit run_rule_describe(const Invocation& invocation);
Exit run_rule_list(const Invocation& invocation);
Exit run_rule_test(const Invocation& invocation);

}  // namespace gatehouse::server
