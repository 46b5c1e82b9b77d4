#include "storage/migrations.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/durable_file.h"

namespace gatehouse::storage {
namespace {

Result<void> check_owner(Database& database, const Schema& schema) {
    const auto owner = database.number("PRAGMA application_id");
    if (!owner) return fail(owner.error());
    if (*owner == schema.application_id) return {};
    const auto tables = database.number("SELECT count(*) FROM sqlite_schema");
    if (!tables) return fail(tables.error());
    if (*owner == 0 && *tables == 0) return {};
    return fail(ErrorKind::Unsupported,
                fmt::format("{} is a SQLite database of another program; choose another data "
                            "directory, or move the file away",
                            database.file()));
}

// Copies through SQLite, so that what is still in the write-ahead log is in the copy.
Result<void> copy_pages(Database& from, const std::string& to) {
    auto copy = Database::open({.file = to});
    if (!copy) return fail(std::move(copy.error()));
    sqlite3* const target = (*copy)->handle();
    sqlite3_backup* const backup = sqlite3_backup_init(target, "main", from.handle(), "main");
    if (backup == nullptr) {
        return fail((*copy)->error(sqlite3_extended_errcode(target), "copy the database to"));
    }
    const int stepped = sqlite3_backup_step(backup, -1);
    const int finished = sqlite3_backup_finish(backup);
    if (stepped != SQLITE_DONE) return fail((*copy)->error(stepped, "copy the database to"));
    if (finished != SQLITE_OK) return fail((*copy)->error(finished, "copy the database to"));
    return {};
}

Result<void> keep_copy(Database& database, std::size_t number) {
    const std::string kept = fmt::format("{}.before-{}", database.file(), number);
    const std::string partial = kept + ".partial";
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    if (auto copied = copy_pages(database, partial); !copied) return copied;
    if (auto synced = sync_to_disk(partial); !synced) return synced;
    if (std::rename(partial.c_str(), kept.c_str()) != 0) {
        return fail(ErrorKind::Unavailable, fmt::format("could not rename {} to {}: {}", partial,
                                                        kept, strerrordesc_np(errno)));
    }
    return sync_to_disk(std::filesystem::path(kept).parent_path());
}

Result<void> run_steps(Database& database, const Schema& schema, std::size_t from) {
    auto transaction = Transaction::begin(database, Transaction::Kind::Write);
    if (!transaction) return fail(std::move(transaction.error()));
    for (const std::string_view step : schema.steps.subspan(from)) {
        if (auto ran = database.run_script(std::string(step)); !ran) return ran;
    }
    // Pragmas take no parameters; both numbers are our own.
    if (auto marked =
            database.run_script(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                            schema.application_id, schema.steps.size()));
        !marked) {
        return marked;
    }
    return transaction->commit();
}

}  // namespace

Result<void> migrate(Database& database, const Schema& schema) {
    if (auto owned = check_owner(database, schema); !owned) return owned;
    const auto number = database.number("PRAGMA user_version");
    if (!number) return fail(number.error());
    const auto from = static_cast<std::size_t>(*number);
    const std::size_t newest = schema.steps.size();
    if (from == newest) return {};
    if (*number < 0 || from > newest) {
        return fail(ErrorKind::Unsupported,
                    fmt::format("{} has schema {}, and this version of Gatehouse knows schemas up "
                                "to {}: a newer version has written it; run that version, or put "
                                "back the copy {}.before-{} if there is one",
                                database.file(), *number, newest, database.file(), *number));
    }
    if (from > 0) {
        if (auto kept = keep_copy(database, newest); !kept) return kept;
    }
    return run_steps(database, schema, from);
}

}  // namespace gatehouse::storage
