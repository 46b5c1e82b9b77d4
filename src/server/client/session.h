// How a command that talks to a running server begins and ends.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/client/api_client.h"
#include "server/command.h"

namespace gatehouse::server {

struct Session {
    Arguments arguments;
    ApiClient client;

    // Requires: the command's usage asks for that many words.
    const std::string& word(std::size_t index) const { return arguments.positional()[index]; }
};

// The flags with --data-dir.
std::vector<Flag> with_data_dir(std::vector<Flag> flags);

// Reads the words and finds the server; prints what is wrong. The flags are with_data_dir()'s.
std::expected<Session, Exit> begin_session(const Invocation& invocation, const Usage& usage);

// Prints the error; returns the Exit for convenience.
Exit report(const Invocation& invocation, const ApiError& error);

// For an error of kind NotFound: the nearest of the names, or what there is.
ApiError with_known_names(ApiError error, std::string_view typed,
                          const std::vector<std::string>& names);

// The text of a flag's value, or of the file that "@FILE" names.
Result<std::string> text_or_file(std::string_view value);

}  // namespace gatehouse::server
