// What libpq connects by, of a declaration: the URL, and what is missing there for a connection
// that can be trusted.
#pragma once

#include "base/result.h"
#include "rules/targets/database_connection.h"
#include "rules/targets/declared_database.h"
#include "rules/targets/postgres_library.h"

namespace gatehouse::rules {

// InvalidInput: the URL cannot be used, or leads to another machine without TLS that proves it.
Result<DatabaseTerms> database_terms(const PostgresLibrary& library,
                                     const DeclaredDatabase& declared);

}  // namespace gatehouse::rules
