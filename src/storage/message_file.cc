#include "storage/message_file.h"

#include <fmt/format.h>

#include <system_error>

#include "base/durable_file.h"
#include "storage/commit_mark.h"
#include "storage/message_schema.h"
#include "storage/migrations.h"
#include "storage/row_checksum.h"

namespace gatehouse::storage {
namespace {

std::unexpected<Error> is_damaged(std::string_view file, std::string_view how) {
    return fail(ErrorKind::Corrupt,
                fmt::format("{} is damaged: {}; restore the file from a copy, or move it away to "
                            "start without the sessions and messages in it",
                            file, how));
}

}  // namespace

std::unexpected<Error> message_row_is_damaged(const Database& database, std::string_view what,
                                              std::int64_t id) {
    return is_damaged(database.file(),
                      fmt::format("{} {} does not read back as it was written", what, id));
}

Result<std::uint64_t> count_message_commits(Database& database) {
    auto statement =
        database.prepare("SELECT number, checksum = row_checksum(number) FROM commits");
    if (!statement) return fail(std::move(statement.error()));
    const auto row = statement->step();
    if (!row) return fail(row.error());
    if (!*row) return is_damaged(database.file(), "the number of its commits is gone");
    if (statement->number(1) == 0) {
        return message_row_is_damaged(database, "the number of commits", statement->number(0));
    }
    return static_cast<std::uint64_t>(statement->number(0));
}

Result<void> check_message_commits(Database& database) {
    if (auto done = add_row_checksum(database); !done) return done;
    const auto marked = CommitMark::read(database.file());
    const auto counts =
        database.number("SELECT count(*) FROM sqlite_schema WHERE name = 'commits'");
    if (!counts) return fail(counts.error());
    if (*counts == 0) {
        CommitMark::remove(database.file());
        return {};
    }
    const auto commits = count_message_commits(database);
    if (!commits) return fail(commits.error());
    return CommitMark::check(database, marked, *commits);
}

Result<void> bring_messages_up_to_date(Database& database) {
    if (auto done = add_row_checksum(database); !done) return done;
    return migrate(database, message_schema);
}

Result<void> make_message_file_if_absent(const std::filesystem::path& file) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (!error && size == 0) return is_damaged(file.string(), "it is empty");
    if (error != std::errc::no_such_file_or_directory) return {};
    std::filesystem::path partial = file;
    partial += ".partial";
    for (const char* end : {"", "-journal"}) std::filesystem::remove(partial.string() + end, error);
    {
        auto database = Database::open({.file = partial});
        if (!database) return fail(std::move(database.error()));
        if (auto done = bring_messages_up_to_date(**database); !done) return done;
    }
    // Of a file that was moved away: SQLite would take them for this one's.
    for (const char* end : {"-wal", "-shm"}) std::filesystem::remove(file.string() + end, error);
    CommitMark::remove(file);
    std::filesystem::rename(partial, file, error);
    if (error) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("could not rename {} to {}: {}", partial.string(), file.string(),
                                error.message()));
    }
    return sync_to_disk(std::filesystem::absolute(file).parent_path());
}

Result<void> check_message_pages(const std::filesystem::path& file) {
    auto database = Database::open({.file = file, .access = Database::Access::ReadOnly});
    if (!database) return fail(std::move(database.error()));
    auto statement = (*database)->prepare("PRAGMA quick_check(1)");
    if (!statement) return fail(std::move(statement.error()));
    const auto row = statement->step();
    if (!row) return fail(row.error());
    std::string_view finding = *row ? statement->text(0) : "no finding";
    if (finding == "ok") return {};
    constexpr std::string_view heading = "*** in database main ***\n";
    if (finding.starts_with(heading)) finding.remove_prefix(heading.size());
    return is_damaged((*database)->file(), finding);
}

}  // namespace gatehouse::storage
