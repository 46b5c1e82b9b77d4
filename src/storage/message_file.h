// messages.db as a file: made, brought up to date, found damaged.
//
// Threads: any; all block on the disk.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string_view>

#include "base/result.h"
#include "storage/statement.h"

namespace gatehouse::storage {

// With its schema from the moment it has its name, so that an empty file is Corrupt. What is left
// beside the place of a file that was moved away goes.
Result<void> make_message_file_if_absent(const std::filesystem::path& file);

// Gives the connection what the schema needs, and the file its newest step.
Result<void> bring_messages_up_to_date(Database& database);

// How many commits the file has had.
Result<std::uint64_t> count_message_commits(Database& database);

// Before anything is written: whether all commits are there that were noted beside the file
// (commit_mark.h). Corrupt.
Result<void> check_message_commits(Database& database);

// Rows that are not found any more have no checksum that could tell of them; the pages that they
// stood in do. On a connection of its own, so that it may run beside a reading. Corrupt.
Result<void> check_message_pages(const std::filesystem::path& file);

std::unexpected<Error> message_row_is_damaged(const Database& database, std::string_view what,
                                              std::int64_t id);

}  // namespace gatehouse::storage
