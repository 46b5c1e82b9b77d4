// Forward-only changes of a database file's schema.
//
// The schema's number is SQLite's user_version. A file that is behind is first copied to
// FILE.before-N (N the number it will have), then brought forward in one transaction. A file
// that is ahead was written by a newer program and is refused.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/statement.h"

namespace gatehouse::storage {

struct Schema {
    std::int32_t application_id = 0;  // marks a file as this one's; other files are refused
    // Step i brings a file from number i to i + 1. Steps are never changed once released.
    std::span<const std::string_view> steps;
};

// Requires: a ReadWrite database that nobody else uses.
// Errors: Unsupported (newer schema, foreign file), and those of the database.
Result<void> migrate(Database& database, const Schema& schema);

}  // namespace gatehouse::storage
