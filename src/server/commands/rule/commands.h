// The commands of `gatehouse rule`.
#pragma once

#include "server/command.h"

namespace gatehouse::server {

Exit run_rule_test(const Invocation& invocation);

}  // namespace gatehouse::server
