#include "server/client/log_tail.h"
#include "server/client/session.h"
#include "server/commands/logs/commands.h"

namespace gatehouse::server {

Exit run_logs_groups(const Invocation& invocation) {
    const auto flags = with_data_dir({});
    const auto session =
        begin_session(invocation, {.about = "Lists the log groups.", .flags = flags});
    if (!session) return session.error();
    const auto names = log_group_names(session->client);
    if (!names) return report(invocation, names.error());
    for (const std::string& name : *names) print(invocation.out, name + "\n");
    return Exit::Done;
}

}  // namespace gatehouse::server
