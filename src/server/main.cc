// The program: looks at the process (words, variables) once, and hands both on as values.
#include <unistd.h>

#include <csignal>

#include "server/commands/table.h"

int main(int count, char** words) {
    using namespace gatehouse::server;
    // A reader that goes away (`gatehouse logs tail | head`) is an error code, not a signal.
    std::signal(SIGPIPE, SIG_IGN);
    // So is a file at the size that the system lets it have.
    std::signal(SIGXFSZ, SIG_IGN);
    const Environment environment = Environment::of_process(environ);
    const Invocation invocation{.words = "gatehouse",
                                .arguments = {words + (count > 0 ? 1 : 0), words + count},
                                .environment = environment};
    const auto about =
        "Gatehouse does the job of AWS IoT Core on your own machine: devices, authorizers, "
        "policies,\nfunctions and logs in one program.";
    if (count > 1 && std::string_view(words[1]) == "--version") {
        return static_cast<int>(run_version({"gatehouse", {}, environment}));
    }
    return static_cast<int>(run_group(all_commands(), about, invocation));
}
