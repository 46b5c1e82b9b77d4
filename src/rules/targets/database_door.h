// Running statements in databases that the operator declared.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "async/task.h"
#include "base/deadline.h"
#include "base/result.h"
#include "base/tenant.h"

namespace gatehouse::rules {

struct DatabaseStatement {
    std::string text;                     // one statement, with $1, $2 … where parameters go
    std::vector<std::string> parameters;  // bound to it as texts, and never part of it

    std::size_t bytes() const;
};

// Threads: may_use() any; run() on the loop of actions.
class DatabaseDoor {
public:
    virtual ~DatabaseDoor() = default;

    // NotFound: no such database is declared for the account.
    virtual Result<void> may_use(const AccountId& account, std::string_view target) const = 0;
    // Returns when the database has done it, for good. Requires: may_use(). Unavailable, Timeout:
    // it is not there, or cannot just now. Throttled: too much waits already. Others: it refused.
    virtual async::Task<Result<void>> run(std::string target, DatabaseStatement statement,
                                          Deadline deadline) = 0;
};

}  // namespace gatehouse::rules
