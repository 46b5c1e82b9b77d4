#include <fmt/format.h>

#include "server/client/answer.h"
#include "server/client/functions_api.h"
#include "server/client/session.h"
#include "server/commands/function/commands.h"

namespace gatehouse::server {

Exit run_function_list(const Invocation& invocation) {
    const auto flags = with_data_dir({{"json", "", "As JSON, with everything the API tells."}});
    const auto session =
        begin_session(invocation, {.about = "Lists the functions.", .flags = flags});
    if (!session) return session.error();
    const auto functions = list_functions(session->client);
    if (!functions) return report(invocation, functions.error());
    if (session->arguments.has("json")) {
        print(invocation.out, pretty_json(json::array(functions->begin(), functions->end())));
        return Exit::Done;
    }
    if (functions->empty()) {
        const ReadyFile& server = session->client.server();
        print(invocation.err, fmt::format("account {}, region {} has no functions yet; `gatehouse "
                                          "function deploy` makes one\n",
                                          server.account, server.region));
        return Exit::Done;
    }
    std::vector<std::vector<std::string>> rows{
        {"NAME", "RUNTIME", "HANDLER", "BYTES", "STATE", "CHANGED"}};
    for (const json::value& each : *functions) {
        rows.push_back({text_at(each, "/FunctionName"), text_at(each, "/Runtime"),
                        text_at(each, "/Handler"),
                        fmt::format("{}", number_at(each, "/CodeSize").value_or(0)),
                        text_at(each, "/State"), text_at(each, "/LastModified")});
    }
    print(invocation.out, columns(rows));
    return Exit::Done;
}

}  // namespace gatehouse::server
