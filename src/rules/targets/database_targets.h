// The databases that sql actions write into.
//
// Threads: its loop; may_use() any.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "async/event_loop.h"
#include "base/pinned.h"
#include "rules/targets/database.h"
#include "rules/targets/database_door.h"
#include "rules/targets/declared_database.h"

namespace gatehouse::rules {

class DatabaseTargets final : public DatabaseDoor, Pinned {
public:
    // Unavailable: the client library is not there, and databases are declared. InvalidInput, with
    // the name of one whose URL cannot be used. The loop outlives it.
    static Result<std::unique_ptr<DatabaseTargets>> make(async::EventLoop& loop,
                                                         const DeclaredDatabases& declared);

    Result<void> may_use(const AccountId& account, std::string_view target) const override;
    async::Task<Result<void>> run(std::string target, DatabaseStatement statement,
                                  Deadline deadline) override;
    // What is under way fails with Cancelled, and whatever is run later.
    void close();

private:
    struct Known {
        std::set<AccountId> accounts;
        std::unique_ptr<Database> database;
    };
    DatabaseTargets() = default;

    PostgresLibrary library_{};  // where there are databases
    std::map<std::string, Known, std::less<>> databases_;
};

}  // namespace gatehouse::rules
