// The commands of `gatehouse logs`.
#pragma once

#include "server/command.h"

namespace gatehouse::server {

Exit run_logs_groups(const Invocation& invocation);
Exit run_logs_tail(const Invocation& invocation);

}  // namespace gatehouse::server
