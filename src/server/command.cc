#include "server/command.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggestion.h"

namespace gatehouse::server {
namespace {

bool asks_for_help(std::string_view word) {
    return word == "help" || word == "--help" || word == "-h";
}

std::string command_list(std::span<const Command> commands, std::string_view about,
                         std::string_view words) {
    std::string text = fmt::format("{}\n\nusage: {} COMMAND …\n\n", about, words);
    std::size_t width = 12;
    for (const Command& command : commands) width = std::max(width, command.name.size());
    for (const Command& command : commands) {
        text += fmt::format("  {:<{}}  {}\n", command.name, width, command.summary);
    }
    text += fmt::format("\n`{} COMMAND --help` says more about one.\n", words);
    return text;
}

}  // namespace

void print(std::FILE* file, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), file);
    std::fflush(file);
}

Exit report(const Invocation& invocation, const Error& error, Exit exit) {
    print(invocation.err, fmt::format("{}: {}\n", invocation.words, error.describe()));
    return exit;
}

Exit run_group(std::span<const Command> commands, std::string_view about,
               const Invocation& invocation) {
    const auto& words = invocation.arguments;
    if (words.empty() || asks_for_help(words.front())) {
        print(words.empty() ? invocation.err : invocation.out,
              command_list(commands, about, invocation.words));
        return words.empty() ? Exit::WrongUse : Exit::Done;
    }
    const auto found = std::ranges::find(commands, words.front(), &Command::name);
    if (found == commands.end()) {
        std::vector<std::string_view> names;
        for (const Command& command : commands) names.push_back(command.name);
        const auto near = nearest_name(words.front(), names);
        return report(invocation,
                      {ErrorKind::InvalidInput,
                       fmt::format("there is no command '{}'; {}", words.front().substr(0, 80),
                                   near ? fmt::format("did you mean {}?", *near)
                                        : "`" + invocation.words + " help` lists them"),
                       {}},
                      Exit::WrongUse);
    }
    Invocation inner = invocation;
    inner.words += " " + words.front();
    inner.arguments.erase(inner.arguments.begin());
    return found->run(inner);
}

std::expected<Arguments, Exit> read_arguments(const Invocation& invocation, const Usage& usage) {
    const auto& words = invocation.arguments;
    if (std::ranges::any_of(words, [](const auto& w) { return w == "--help" || w == "-h"; })) {
        print(invocation.out, fmt::format("{}\n\nusage: {}{}{} [FLAGS]\n\n{}", usage.about,
                                          invocation.words, usage.positional.empty() ? "" : " ",
                                          usage.positional, describe_flags(usage.flags)));
        return std::unexpected(Exit::Done);
    }
    if (usage.problem) {
        return std::unexpected(report(invocation, *usage.problem, Exit::WrongUse));
    }
    auto arguments = Arguments::parse(usage.flags, words, usage.positional_max);
    if (!arguments) return std::unexpected(report(invocation, arguments.error(), Exit::WrongUse));
    if (arguments->positional().size() < usage.positional_min) {
        const Error missing{ErrorKind::InvalidInput,
                            fmt::format("a word is missing: {} {}; `{} --help` says more",
                                        invocation.words, usage.positional, invocation.words),
                            {}};
        return std::unexpected(report(invocation, missing, Exit::WrongUse));
    }
    return std::move(*arguments);
}

Flag data_dir_flag() {
    return {"data-dir", "DIR", "The data directory of the server to talk to."};
}

Result<ReadyFile> find_server(const Arguments& arguments, const Environment& environment) {
    auto data_dir = arguments.value("data-dir");
    const bool is_told = data_dir.has_value();
    if (!data_dir) data_dir = environment.find("GATEHOUSE_DATA_DIR");
    if (data_dir == "" || (!is_told && environment.is_empty("GATEHOUSE_DATA_DIR"))) {
        return fail(ErrorKind::InvalidInput,
                    fmt::format("{} is empty", is_told ? "--data-dir" : "GATEHOUSE_DATA_DIR"));
    }
    if (!data_dir) data_dir = default_data_directory(environment);
    return read_ready_file(ready_file_path(*data_dir));
}

}  // namespace gatehouse::server
