// How many commits of a database have reached the disk, in a file beside it: DATABASE-commits.
//
// SQLite takes the first damaged frame of a write-ahead log for the log's end, and a log that is
// gone for an empty one: commits that were acknowledged are missing then, and what is left reads
// back well. So a database counts its commits in a row of its own, and the same number is written
// here once a commit is on disk. Never synced, it may lag behind after a power failure, but it is
// never ahead of what the disk had: a database with a lower number has lost commits.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/descriptor.h"
#include "base/result.h"
#include "storage/statement.h"

namespace gatehouse::storage {

class CommitMark {
public:
    // For a database that is new, or too old to count: what is there belongs to one before it.
    static void remove(const std::filesystem::path& database);

    // To be read before the database is, which others may be writing to. A file that is absent,
    // torn or damaged says nothing.
    static std::optional<std::uint64_t> read(const std::filesystem::path& database);

    // Corrupt if the database has fewer commits; its log is left as it is then.
    static Result<void> check(Database& database, std::optional<std::uint64_t> marked,
                              std::uint64_t commits);

    // Makes the file if it is absent, torn, damaged or behind.
    static Result<CommitMark> open(const std::filesystem::path& database, std::uint64_t commits);

    // One write of a few bytes. A failure leaves the number that was there, which is true, too.
    void note(std::uint64_t commits);

private:
    explicit CommitMark(Descriptor file) : file_(std::move(file)) {}

    Descriptor file_;
};

}  // namespace gatehouse::storage
