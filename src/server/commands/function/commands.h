// The commands of `gatehouse function`.
#pragma once

#include "server/command.h"

namespace gatehouse::server {

Exit run_function_delete(const Invocation& invocation);
Exit run_function_deploy(const Invocation& invocation);
Exit run_function_invoke(const Invocation& invocation);
Exit run_function_list(const Invocation& invocation);
Exit run_function_logs(const Invocation& invocation);

}  // namespace gatehouse::server
