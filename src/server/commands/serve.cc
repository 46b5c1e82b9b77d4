#include <fmt/format.h>

#include "server/commands/table.h"
#include "server/load_settings.h"
#include "server/serve/server.h"

namespace gatehouse::server {

Exit run_serve(const Invocation& invocation) {
    const std::vector<Flag> flags = setting_flags();
    const Usage usage{.about = "Runs the server until SIGTERM.", .flags = flags};
    const auto arguments = read_arguments(invocation, usage);
    if (!arguments) return arguments.error();
    auto loaded = load_settings(*arguments, invocation.environment);
    if (!loaded) {
        for (const Error& problem : loaded.error()) report(invocation, problem);
        return Exit::WrongUse;
    }
    for (const std::string& warning : loaded->warnings) {
        print(invocation.err, fmt::format("{}: warning: {}\n", invocation.words, warning));
    }
    auto server = Server::make(std::move(loaded->settings),
                               [&] { return load_settings(*arguments, invocation.environment); });
    if (!server) return report(invocation, server.error());
    if (auto served = (*server)->run(); !served) return report(invocation, served.error());
    return Exit::Done;
}

}  // namespace gatehouse::server
