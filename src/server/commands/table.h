// The commands of the program.
#pragma once

#include <span>

#include "server/command.h"

namespace gatehouse::server {

std::span<const Command> all_commands();

Exit run_authorizer(const Invocation& invocation);
Exit run_bench(const Invocation& invocation);
Exit run_ca(const Invocation& invocation);
Exit run_clock(const Invocation& invocation);
Exit run_connect_device(const Invocation& invocation);
Exit run_device(const Invocation& invocation);
Exit run_env(const Invocation& invocation);
Exit run_explain(const Invocation& invocation);
Exit run_function(const Invocation& invocation);
Exit run_logs(const Invocation& invocation);
Exit run_passwd(const Invocation& invocation);
Exit run_policy(const Invocation& invocation);
Exit run_pub(const Invocation& invocation);
Exit run_rule(const Invocation& invocation);
Exit run_serve(const Invocation& invocation);
Exit run_settings(const Invocation& invocation);
Exit run_status(const Invocation& invocation);
Exit run_sub(const Invocation& invocation);
Exit run_version(const Invocation& invocation);

}  // namespace gatehouse::server
