#include <array>

#include "server/commands/function/commands.h"
#include "server/commands/table.h"

namespace gatehouse::server {

Exit run_function(const Invocation& invocation) {
    static constexpr std::array commands{
        Command{"delete", "delete a function", run_function_delete},
        Command{"deploy", "create a function, or replace its code", run_function_deploy},
        Command{"invoke", "call a function and print its answer", run_function_invoke},
        Command{"list", "list the functions", run_function_list},
        Command{"logs", "print what a function printed", run_function_logs},
    };
    return run_group(commands,
                     "Functions: your code, run by the server as AWS Lambda runs it. Custom "
                     "authorizers call them.",
                     invocation);
}

}  // namespace gatehouse::server
