// The commands of `gatehouse policy`, which need no server.
#pragma once

#include "server/command.h"

namespace gatehouse::server {

Exit run_policy_explain(const Invocation& invocation);
Exit run_policy_lint(const Invocation& invocation);
Exit run_policy_test(const Invocation& invocation);

}  // namespace gatehouse::server
