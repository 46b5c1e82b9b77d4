#include <array>

#include "server/commands/policy/commands.h"
#include "server/commands/table.h"

namespace gatehouse::server {

Exit run_policy(const Invocation& invocation) {
    static constexpr std::array commands{
        Command{"explain", "say whether a policy allows something, and why", run_policy_explain},
        Command{"lint", "find likely mistakes in policies", run_policy_lint},
        Command{"test", "check policies against a table of expected decisions", run_policy_test},
    };
    return run_group(commands, "Policies of devices, read from files. No server is needed.",
                     invocation);
}

}  // namespace gatehouse::server
