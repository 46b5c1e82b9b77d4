#include "rules/targets/database_targets.h"

#include <fmt/format.h>

#include <cassert>
#include <utility>

#include "rules/targets/database_terms.h"

namespace gatehouse::rules {

Result<std::unique_ptr<DatabaseTargets>> DatabaseTargets::make(async::EventLoop& loop,
                                                               const DeclaredDatabases& declared) {
    std::unique_ptr<DatabaseTargets> made(new DatabaseTargets());
    if (declared.empty()) return made;
    auto library = load_postgres_library();
    if (!library) return fail(std::move(library.error()));
    made->library_ = *library;
    for (const auto& [name, each] : declared) {
        auto terms = database_terms(made->library_, each);
        if (!terms) {
            return fail(terms.error().kind,
                        fmt::format("'databases.{}' {}", name, terms.error().message));
        }
        made->databases_.emplace(
            name, Known{each.accounts, std::make_unique<Database>(
                                           made->library_, loop, std::move(*terms),
                                           DatabaseSettings{.connections = each.connections})});
    }
    return made;
}

Result<void> DatabaseTargets::may_use(const AccountId& account, std::string_view target) const {
    const auto found = databases_.find(target);
    if (found != databases_.end() && found->second.accounts.contains(account)) return {};
    return fail(ErrorKind::NotFound,
                fmt::format("names no database that the operator declared for this account: '{}' "
                            "is not among databases of rules.targets-file",
                            target));
}

async::Task<Result<void>> DatabaseTargets::run(std::string target, DatabaseStatement statement,
                                               Deadline deadline) {
    const auto found = databases_.find(target);
    assert(found != databases_.end() && "nobody may use it");
    co_return co_await found->second.database->run(std::move(statement), deadline);
}

void DatabaseTargets::close() {
    for (const auto& [name, known] : databases_) known.database->close();
}

}  // namespace gatehouse::rules
