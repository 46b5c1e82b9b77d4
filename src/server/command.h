// The frame of the command line: what a command is, and how one is found by its words.
//
// To add a command: one file in commands/, one line in commands/table.cc.
//
// What it prints is for people unless it says otherwise: results to `out`, everything else to
// `err`, an error as "gatehouse WORDS: what was wrong, and what to do".
#pragma once

#include <cstdio>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/arguments.h"
#include "server/environment.h"
#include "server/ready_file.h"

namespace gatehouse::server {

enum class Exit : std::uint8_t {
    Done = 0,
    Failed = 1,    // understood, and it did not work, or the answer is no
    WrongUse = 2,  // the words or settings were not understood; nothing was done
    // Of device, pub and sub, for scripts that tell a wrong password from a server that is away.
    Refused = 3,      // the server was reached and said no
    Unreachable = 4,  // the server was not reached, or is not the one that was meant
};

// One call of a command.
struct Invocation {
    std::string words;  // "gatehouse function deploy", for messages
    std::vector<std::string> arguments;
    const Environment& environment;
    std::FILE* out = stdout;
    std::FILE* err = stderr;
};

struct Command {
    std::string_view name;
    std::string_view summary;  // one line, no full stop
    Exit (*run)(const Invocation&) = nullptr;
};

// Runs the command that the first argument names, with the rest. Without one, or with help, the
// list of commands is printed.
Exit run_group(std::span<const Command> commands, std::string_view about,
               const Invocation& invocation);

// The flags and words of a command. Prints what is wrong, or the help that was asked for; the
// command then ends with the Exit given.
struct Usage {
    std::string_view about;       // one paragraph
    std::string_view positional;  // "NAME PATH"; empty when there is none
    std::size_t positional_max = 0;
    std::span<const Flag> flags;
    std::size_t positional_min = 0;
    // What the command found wrong with the words already; told in place of reading them.
    std::optional<Error> problem{};
};
std::expected<Arguments, Exit> read_arguments(const Invocation& invocation, const Usage& usage);

// "gatehouse WORDS: message" on `err`; returns the Exit for convenience.
Exit report(const Invocation& invocation, const Error& error, Exit exit = Exit::Failed);

// The flag by which commands find a server, and the server found by it, by GATEHOUSE_DATA_DIR or
// in the default data directory.
Flag data_dir_flag();
Result<ReadyFile> find_server(const Arguments& arguments, const Environment& environment);

// Writes all of it.
void print(std::FILE* file, std::string_view text);

}  // namespace gatehouse::server
