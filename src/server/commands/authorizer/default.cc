#include <fmt/format.h>

#include "server/client/authorizers_api.h"
#include "server/client/session.h"
#include "server/commands/authorizer/commands.h"

namespace gatehouse::server {

Exit run_authorizer_set_default(const Invocation& invocation) {
    const auto flags = with_data_dir({});
    const auto session =
        begin_session(invocation, {.about = "Chooses the authorizer of clients that name none.",
                                   .positional = "NAME",
                                   .positional_max = 1,
                                   .flags = flags,
                                   .positional_min = 1});
    if (!session) return session.error();
    const std::string& name = session->word(0);
    const auto set = set_default_authorizer(session->client, name);
    if (!set) return report(invocation, set.error());
    print(invocation.out, fmt::format("authorizer {} is the default\n", name));
    return Exit::Done;
}

Exit run_authorizer_clear_default(const Invocation& invocation) {
    const auto flags = with_data_dir({});
    const auto session = begin_session(
        invocation,
        {.about = "Has no default authorizer: clients have to name one.", .flags = flags});
    if (!session) return session.error();
    const auto cleared =
        session->client.call({.service = "iot", .method = "DELETE", .path = "/default-authorizer"});
    if (!cleared) return report(invocation, cleared.error());
    print(invocation.out, "there is no default authorizer now\n");
    return Exit::Done;
}

}  // namespace gatehouse::server
