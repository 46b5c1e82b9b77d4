#include <array>

#include "server/commands/rule/commands.h"
#include "server/commands/table.h"

namespace gatehouse::server {

Exit run_rule(const Invocation& invocation) {
    static constexpr std::array commands{
        Command{"test", "say what the SQL of a rule makes of a message, and why", run_rule_test},
    };
    return run_group(commands, "The SQL of topic rules. No server is needed.", invocation);
}

}  // namespace gatehouse::server
