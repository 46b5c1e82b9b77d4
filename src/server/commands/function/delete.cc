#include <fmt/format.h>

#include "server/client/functions_api.h"
#include "server/client/session.h"
#include "server/commands/function/commands.h"

namespace gatehouse::server {

Exit run_function_delete(const Invocation& invocation) {
    const auto flags = with_data_dir({});
    const auto session = begin_session(invocation, {.about = "Deletes a function.",
                                                    .positional = "NAME",
                                                    .positional_max = 1,
                                                    .flags = flags,
                                                    .positional_min = 1});
    if (!session) return session.error();
    const std::string& name = session->word(0);
    const auto deleted = session->client.call(
        {.service = "lambda", .method = "DELETE", .path = function_path(name)});
    if (!deleted) {
        return report(invocation, function_error(session->client, deleted.error(), name));
    }
    print(invocation.out, fmt::format("function {} deleted\n", name));
    return Exit::Done;
}

}  // namespace gatehouse::server
