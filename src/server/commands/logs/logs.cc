#include <array>

#include "server/commands/logs/commands.h"
#include "server/commands/table.h"

namespace gatehouse::server {

Exit run_logs(const Invocation& invocation) {
    static constexpr std::array commands{
        Command{"groups", "list the log groups", run_logs_groups},
        Command{"tail", "print what a log group holds, and what comes", run_logs_tail},
    };
    return run_group(commands,
                     "The log: who came in, who was refused and why, what functions printed.",
                     invocation);
}

}  // namespace gatehouse::server
