#include "storage/message_file.h"

#include <fmt/format.h>

#include <system_error>

#include "base/durable_file.h"
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
