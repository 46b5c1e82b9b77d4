#include "server/commands/table.h"
#include "server/load_settings.h"
#include "server/settings_text.h"

namespace gatehouse::server {

Exit run_settings(const Invocation& invocation) {
    std::vector<Flag> flags{
        {"markdown", "", "Print the reference of all settings instead, in Markdown."}};
    for (Flag& flag : setting_flags()) flags.push_back(std::move(flag));
    const Usage usage{
        .about =
            "Lists every setting as `gatehouse serve` would have it with the same flags, variables "
            "and\nfile, and where each value came from. A server that is running already is not "
            "asked.",
        .flags = flags};
    const auto arguments = read_arguments(invocation, usage);
    if (!arguments) return arguments.error();
    if (arguments->has("markdown")) {
        print(invocation.out, settings_reference());
        return Exit::Done;
    }
    const auto loaded = load_settings(*arguments, invocation.environment);
    if (!loaded) {
        for (const Error& problem : loaded.error()) report(invocation, problem);
        return Exit::WrongUse;
    }
    for (const std::string& warning : loaded->warnings) {
        print(invocation.err, invocation.words + ": " + warning + "\n");
    }
    print(invocation.out, list_settings(*loaded));
    return Exit::Done;
}

}  // namespace gatehouse::server
