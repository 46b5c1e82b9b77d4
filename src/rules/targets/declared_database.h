// `databases` of the targets file: PostgreSQL databases that sql actions write into.
//
//   "databases": { "plant": { "url": "postgresql://user:password@host:5432/db", "caFile": "ca.pem",
//                             "connections": 4, "accounts": ["123456789012"] } }
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "base/tenant.h"

namespace gatehouse::rules {

struct DeclaredDatabase {
    std::string url;                // as libpq has it; not read here
    std::filesystem::path ca_file;  // empty: whom the url says, or the system trusts
    bool allows_plain = false;      // to other machines
    std::size_t connections = 4;
    std::set<AccountId> accounts;  // whose rules may use it
};

using DeclaredDatabases = std::map<std::string, DeclaredDatabase, std::less<>>;

// InvalidInput, naming the member. Files are below `around`; `accounts` are those of databases that
// name none.
Result<DeclaredDatabases> declared_databases(const json::value& value,
                                             const std::filesystem::path& around,
                                             const std::set<AccountId>& accounts);

}  // namespace gatehouse::rules
