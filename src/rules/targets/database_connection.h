// One connection to a PostgreSQL database, with the statements that are prepared on it.
//
// Threads: one. Blocks until the deadline, or until the interruption is readable.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/deadline.h"
#include "base/pinned.h"
#include "base/result.h"
#include "rules/targets/database_door.h"
#include "rules/targets/postgres_library.h"

namespace gatehouse::rules {

// What libpq connects by, in its words.
using DatabaseTerms = std::vector<std::pair<std::string, std::string>>;

class DatabaseConnection : Pinned {
public:
    // `interruption`: a descriptor; what waits ends with Cancelled once there is something to read.
    // All must outlive it.
    DatabaseConnection(const PostgresLibrary& library, const DatabaseTerms& terms, int interruption)
        : library_(library), terms_(terms), interruption_(interruption) {}
    ~DatabaseConnection() { close(); }

    bool is_open() const { return connection_ != nullptr; }
    // Unavailable says why it could not be. Requires: not open.
    Result<void> open(Deadline deadline);
    // As DatabaseDoor::run(). Closes the connection where it is of no more use. Requires: open.
    Result<void> run(const DatabaseStatement& statement, Deadline deadline);
    // Whether it is as good as it was; closes it where it is not. Requires: open.
    bool is_alive();
    void close();

private:
    // How one query went, as the database says.
    struct Outcome {
        bool is_done = false;
        std::string state;    // SQLSTATE; empty: it is not the database that says so
        std::string message;  // of the failure
    };

    // What poll() has; or an error.
    Result<void> wait(short events, Deadline deadline);
    Result<void> set_up(Deadline deadline);
    Result<std::string> prepared(const DatabaseStatement& statement, Deadline deadline);
    Result<Outcome> run_prepared(const DatabaseStatement& statement, Deadline deadline);
    Result<Outcome> outcome(Deadline deadline);
    Result<void> flush(Deadline deadline);
    Result<void> next_result(Deadline deadline);
    std::unexpected<Error> broken();
    void forget_notifications();
    Result<void> forget_statements(Deadline deadline);

    const PostgresLibrary& library_;
    const DatabaseTerms& terms_;
    const int interruption_;
    const SystemClock clock_;  // of the machine
    PGconn* connection_ = nullptr;
    std::map<std::string, std::string, std::less<>> names_;  // of prepared statements, by text
};

// What a SQLSTATE means for whoever asked.
// Source: PostgreSQL, "PostgreSQL Error Codes".
ErrorKind kind_of_sqlstate(std::string_view state);

}  // namespace gatehouse::rules
