#include <array>

#include "server/commands/authorizer/commands.h"
#include "server/commands/table.h"

namespace gatehouse::server {

Exit run_authorizer(const Invocation& invocation) {
    static constexpr std::array commands{
        Command{"clear-default", "have no default authorizer", run_authorizer_clear_default},
        Command{"create", "make an authorizer of a function", run_authorizer_create},
        Command{"delete", "delete an authorizer", run_authorizer_delete},
        Command{"describe", "show an authorizer", run_authorizer_describe},
        Command{"describe-default", "show the default authorizer", run_authorizer_describe_default},
        Command{"list", "list the authorizers", run_authorizer_list},
        Command{"set-default", "choose the authorizer of clients that name none",
                run_authorizer_set_default},
        Command{"test", "ask an authorizer as a client would", run_authorizer_test},
        Command{"trace", "show what happened to a connection attempt, step by step",
                run_authorizer_trace},
        Command{"update", "change an authorizer", run_authorizer_update},
    };
    return run_group(commands,
                     "Custom authorizers: functions that decide which device gets in, and what it "
                     "may do.",
                     invocation);
}

}  // namespace gatehouse::server
