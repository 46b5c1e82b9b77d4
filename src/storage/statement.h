// A thin layer over the SQLite C API: connections with cached prepared statements, values bound
// in order, errors as Result. Why not a database library: docs/decisions/0002.
//
// Threads: a Database and everything got from it are used by one thread at a time.
// Lifetimes: statements and transactions die before their Database.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"
#include "base/pinned.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace gatehouse::storage {

class Statement;

class Database : Pinned {
public:
    enum class Access : std::uint8_t { ReadWrite, ReadOnly };
    struct Settings {
        std::filesystem::path file;
        Access access = Access::ReadWrite;
        // How long to wait for a lock that another connection or program holds.
        std::chrono::milliseconds busy_timeout{5000};
    };

    // Opens the file, making it with mode 0600 when it is absent and access is ReadWrite.
    static Result<std::unique_ptr<Database>> open(Settings settings);
    ~Database();

    // The prepared statement of this SQL, from the cache. Texts are literals of the program,
    // never put together from data.
    Result<Statement> prepare(std::string_view sql);
    // Prepares, binds the values in order, and runs to the end, dropping rows.
    template <class... Values>
    Result<void> run(std::string_view sql, const Values&... values);
    // Runs a script of several statements without values.
    Result<void> run_script(const std::string& script);
    // What closing would bring from the write-ahead log into the file stays where it is.
    void keep_log_at_close();
    // The first column of the first row as a number; for pragmas.
    Result<std::int64_t> number(std::string_view sql);

    const std::string& file() const { return file_; }
    sqlite3* handle() const { return connection_; }
    Error error(int code, const std::string& attempted) const;

private:
    friend class Statement;
    Database(sqlite3* connection, std::string file);

    sqlite3* connection_;
    std::string file_;
    // Statements not in use at the moment, by their SQL.
    std::unordered_map<std::string_view, sqlite3_stmt*> idle_;
};

// One use of a prepared statement: bind, step, read. Goes back to the cache when destroyed, with
// its values cleared.
class Statement {
public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    // Binds the next parameter. Text is not copied: it must live until the last step().
    Statement& bind(std::string_view text);
    Statement& bind(BytesView bytes);  // likewise
    Statement& bind(std::int64_t number);
    template <class... Values>
    Statement& bind_all(const Values&... values) {
        (bind(values), ...);
        return *this;
    }

    // Ready to be bound and run once more.
    void reset();

    // True: a row is there to read. False: the statement has finished.
    Result<bool> step();
    // Steps to the end.
    Result<void> run();

    // Columns of the current row, counted from 0. Valid until the next step().
    std::string_view text(int column) const;
    BytesView blob(int column) const;
    std::int64_t number(int column) const;

private:
    friend class Database;
    Statement(Database& database, sqlite3_stmt* statement, std::string_view sql);
    void note(int code);

    Database* database_;
    sqlite3_stmt* statement_;
    std::string_view sql_;
    int parameters_ = 0;
    int bind_error_ = 0;
};

// Everything between begin() and commit() happens or nothing does. Rolls back when destroyed
// without a commit.
class Transaction {
public:
    enum class Kind : std::uint8_t {
        Read,   // a consistent view of several statements
        Write,  // takes the write lock now, so that it cannot be refused half way
    };
    static Result<Transaction> begin(Database& database, Kind kind);
    Transaction(Transaction&& other) noexcept : database_(other.database_) {
        other.database_ = nullptr;
    }
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    Result<void> commit();

private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

template <class... Values>
Result<void> Database::run(std::string_view sql, const Values&... values) {
    auto statement = prepare(sql);
    if (!statement) return fail(std::move(statement.error()));
    return statement->bind_all(values...).run();
}

}  // namespace gatehouse::storage
