#include <fmt/format.h>

#include "server/client/answer.h"
#include "server/client/authorizers_api.h"
#include "server/client/session.h"
#include "server/commands/authorizer/commands.h"

namespace gatehouse::server {

Exit run_authorizer_list(const Invocation& invocation) {
    const auto flags = with_data_dir({});
    const auto session =
        begin_session(invocation, {.about = "Lists the authorizers.", .flags = flags});
    if (!session) return session.error();
    const ApiClient& client = session->client;
    const auto names = authorizer_names(client);
    if (!names) return report(invocation, names.error());
    if (names->empty()) {
        const ReadyFile& server = session->client.server();
        print(invocation.err, fmt::format("account {}, region {} has no authorizers yet; "
                                          "`gatehouse authorizer create` makes one\n",
                                          server.account, server.region));
        return Exit::Done;
    }
    const auto default_name = default_authorizer_name(client);
    if (!default_name) return report(invocation, default_name.error());
    std::vector<std::vector<std::string>> rows{
        {"NAME", "STATUS", "SIGNING", "DEFAULT", "FUNCTION"}};
    for (const std::string& name : *names) {
        const auto each = describe_authorizer(client, name);
        if (!each && each.error().error.kind == ErrorKind::NotFound) continue;  // gone meanwhile
        if (!each) return report(invocation, each.error());
        rows.push_back({name, text_at(*each, "/status"),
                        is_true_at(*each, "/signingDisabled") ? "disabled" : "required",
                        name == *default_name ? "yes" : "",
                        text_at(*each, "/authorizerFunctionArn")});
    }
    print(invocation.out, columns(rows));
    return Exit::Done;
}

}  // namespace gatehouse::server
