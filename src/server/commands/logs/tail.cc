#include "server/client/log_tail.h"
#include "server/client/session.h"
#include "server/commands/logs/commands.h"

namespace gatehouse::server {
namespace {

constexpr std::string_view logs_tail_about =
    "Prints the latest records of a log group, a line each, and under a refusal why. Without "
    "GROUP\n"
    "it is AWSIotLogsV2: devices, authorizers, policies.";

}  // namespace

Exit run_logs_tail(const Invocation& invocation) {
    const auto flags = with_data_dir(log_tail_flags());
    const auto session = begin_session(
        invocation,
        {.about = logs_tail_about, .positional = "[GROUP]", .positional_max = 1, .flags = flags});
    if (!session) return session.error();
    auto tail = log_tail_of(session->arguments);
    if (!tail) return report(invocation, tail.error(), Exit::WrongUse);
    const bool is_named = !session->arguments.positional().empty();
    tail->group = is_named ? session->word(0) : "AWSIotLogsV2";
    if (!is_named) tail->when_absent = "nothing has been logged yet: no device has come";
    return tail_log(invocation, session->client, *tail);
}

}  // namespace gatehouse::server
