#include <array>

#include "server/commands/rule/commands.h"
#include "server/commands/table.h"

namespace gatehouse::server {

Exit run_rule(const Invocation& invocation) {
    static constexpr std::array commands{
        Command{"create", "make a topic rule, or replace it", run_rule_create},
        Command{"delete", "delete a topic rule", run_rule_delete},
        Command{"describe", "show a topic rule", run_rule_describe},
        Command{"list", "list the topic rules", run_rule_list},
        Command{"test", "say what the SQL of a rule makes of a message, and why", run_rule_test},
    };
    return run_group(commands,
                     "Topic rules: SQL that picks messages, and actions that carry them on. `test` "
                     "needs no server.",
                     invocation);
}

}  // namespace gatehouse::server
