#include "storage/statement.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "storage/sqlite_error.h"

namespace gatehouse::storage {
namespace {

// SQLite gives its journal files the mode of the database, so making that one private first
// makes all of them private.
Result<void> make_private_file(const std::string& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("could not open {}: {}; check that its folder exists and that the "
                                "file belongs to this user",
                                file, strerrordesc_np(errno)));
    }
    ::close(descriptor);
    return {};
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(Settings settings) {
    const std::string file = settings.file.string();
    const bool writes = settings.access == Access::ReadWrite;
    if (writes) {
        if (auto made = make_private_file(file); !made) return fail(std::move(made.error()));
    }
    sqlite3* connection = nullptr;
    // One thread at a time (see the header), so SQLite need not lock its connection itself.
    const int code = sqlite3_open_v2(file.c_str(), &connection,
                                     (writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                                         SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                                     nullptr);
    if (code != SQLITE_OK) {
        Error error = sqlite_error(code, connection, "open", file);
        sqlite3_close(connection);
        return fail(std::move(error));
    }
    sqlite3_busy_timeout(connection, static_cast<int>(settings.busy_timeout.count()));
    // Data in the file is not trusted to hold SQL that calls functions with effects.
    sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    return std::unique_ptr<Database>(new Database(connection, file));
}

Database::Database(sqlite3* connection, std::string file)
    : connection_(connection), file_(std::move(file)) {}

Database::~Database() {
    for (const auto& [sql, statement] : idle_) sqlite3_finalize(statement);
    const int code = sqlite3_close(connection_);
    assert(code == SQLITE_OK && "a statement outlives its database");
    static_cast<void>(code);
}

Error Database::error(int code, const std::string& attempted) const {
    return sqlite_error(code, connection_, attempted, file_);
}

Result<Statement> Database::prepare(std::string_view sql) {
    if (const auto idle = idle_.find(sql); idle != idle_.end()) {
        Statement statement(*this, idle->second, idle->first);
        idle_.erase(idle);
        return statement;
    }
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    if (code != SQLITE_OK) return fail(error(code, "read from"));
    return Statement(*this, prepared, sql);
}

Result<void> Database::run_script(const std::string& script) {
    const int code = sqlite3_exec(connection_, script.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(error(code, "change"));
    return {};
}

void Database::keep_log_at_close() {
    sqlite3_db_config(connection_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Result<std::int64_t> Database::number(std::string_view sql) {
    auto statement = prepare(sql);
    if (!statement) return fail(std::move(statement.error()));
    const auto row = statement->step();
    if (!row) return fail(row.error());
    return *row ? statement->number(0) : 0;
}

Statement::Statement(Database& database, sqlite3_stmt* statement, std::string_view sql)
    : database_(&database), statement_(statement), sql_(sql) {}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      sql_(other.sql_),
      parameters_(other.parameters_),
      bind_error_(other.bind_error_) {}

Statement::~Statement() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    if (!database_->idle_.try_emplace(sql_, statement_).second) sqlite3_finalize(statement_);
}

void Statement::note(int code) {
    if (bind_error_ == SQLITE_OK) bind_error_ = code;
}

Statement& Statement::bind(std::string_view text) {
    // A null pointer would bind NULL: an empty view is still an empty text.
    note(sqlite3_bind_text64(statement_, ++parameters_, text.data() == nullptr ? "" : text.data(),
                             text.size(), SQLITE_STATIC, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(BytesView bytes) {
    const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
    note(sqlite3_bind_blob64(statement_, ++parameters_, data, bytes.size(), SQLITE_STATIC));
    return *this;
}

Statement& Statement::bind(std::int64_t number) {
    note(sqlite3_bind_int64(statement_, ++parameters_, number));
    return *this;
}

Result<bool> Statement::step() {
    assert(parameters_ == sqlite3_bind_parameter_count(statement_) && "a parameter was forgotten");
    if (bind_error_ != SQLITE_OK) return fail(database_->error(bind_error_, "bind a value for"));
    // Told before the step, which may end the transaction. A COMMIT counts as reading alone.
    const bool writes = sqlite3_stmt_readonly(statement_) == 0 ||
                        sqlite3_txn_state(database_->connection_, "main") == SQLITE_TXN_WRITE;
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return fail(database_->error(code, writes ? "write to" : "read from"));
}

Result<void> Statement::run() {
    for (;;) {
        const auto row = step();
        if (!row) return fail(row.error());
        if (!*row) return {};
    }
}

std::string_view Statement::text(int column) const {
    // The pointer first: it may convert, and then the size is that of the converted text.
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

BytesView Statement::blob(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Statement::reset() {
    sqlite3_reset(statement_);
    parameters_ = 0;
    bind_error_ = SQLITE_OK;
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(statement_, column);
}

Result<Transaction> Transaction::begin(Database& database, Kind kind) {
    auto begun = database.run(kind == Kind::Write ? "BEGIN IMMEDIATE" : "BEGIN");
    if (!begun) return fail(std::move(begun.error()));
    return Transaction(database);
}

Result<void> Transaction::commit() {
    auto committed = database_->run("COMMIT");
    // A commit refused (disk full, busy) leaves the transaction open: the destructor ends it.
    if (committed) database_ = nullptr;
    return committed;
}

Transaction::~Transaction() {
    if (database_ == nullptr) return;
    // After some errors (disk full, I/O) SQLite has rolled back by itself already.
    if (sqlite3_get_autocommit(database_->handle()) == 0) {
        static_cast<void>(database_->run("ROLLBACK"));
    }
}

}  // namespace gatehouse::storage
