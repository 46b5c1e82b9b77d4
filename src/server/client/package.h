// The code that `gatehouse function deploy` sends: a directory, packed, or a zip file as it is.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::server {

// NotFound, InvalidInput (neither a directory nor a zip) and TooLarge say what to do.
Result<std::string> read_package(const std::filesystem::path& path);

// That of a function whose code runs elsewhere: it holds the URL alone. Unavailable: no temporary
// directory can be made.
Result<std::string> remote_package(std::string_view url);

// Whether the directory has the file that a Python handler ("lambda_function.lambda_handler")
// names. InvalidInput says which is missing and what handler was perhaps meant. Other runtimes and
// zip files pass.
Result<void> check_handler(const std::filesystem::path& path, std::string_view runtime,
                           std::string_view handler);

}  // namespace gatehouse::server
