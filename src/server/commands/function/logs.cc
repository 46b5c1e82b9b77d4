#include <fmt/format.h>

#include "server/client/functions_api.h"
#include "server/client/log_tail.h"
#include "server/client/session.h"
#include "server/commands/function/commands.h"

namespace gatehouse::server {

Exit run_function_logs(const Invocation& invocation) {
    const auto flags = with_data_dir(log_tail_flags());
    const auto session = begin_session(
        invocation,
        {.about = "Prints what a function printed, with the START, END and REPORT lines "
                  "of its invocations\n(log group /aws/lambda/NAME).",
         .positional = "NAME",
         .positional_max = 1,
         .flags = flags,
         .positional_min = 1});
    if (!session) return session.error();
    const std::string& name = session->word(0);
    auto tail = log_tail_of(session->arguments);
    if (!tail) return report(invocation, tail.error(), Exit::WrongUse);
    const auto configuration = function_configuration(session->client, name);
    if (!configuration) return report(invocation, configuration.error());
    tail->group = "/aws/lambda/" + name;
    tail->when_absent = fmt::format("function {} has printed nothing yet; invoke it first", name);
    return tail_log(invocation, session->client, *tail);
}

}  // namespace gatehouse::server
