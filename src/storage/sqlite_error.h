// SQLite's result codes as errors that say what to do. Messages never hold bound values.
// Source: SQLite, "Result and Error Codes" (rescode.html), extended codes.
#pragma once

#include <string>

#include "base/result.h"

struct sqlite3;

namespace gatehouse::storage {

// The error of the last call on this connection that answered `code` (an extended code).
// `attempted` completes "could not …", e.g. "write to"; `file` is the database file.
Error sqlite_error(int code, sqlite3* connection, const std::string& attempted,
                   const std::string& file);

}  // namespace gatehouse::storage
