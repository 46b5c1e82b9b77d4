// One attachment to a principal at a time: what is attached already is counted and judged before
// the batch that attaches more, which passes only if nobody else attached anything since.
//
//   auto guard = PrincipalGuard::take(store, tenant, principal);
//   ... read what is attached, decide ...
//   guard->add_to(batch);   // a conflict: persistently() tries again
#pragma once

#include <optional>
#include <string_view>

#include "registry/refusal.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

class PrincipalGuard {
public:
    // `principal`: an ARN or a Cognito identity's id.
    static Outcome<PrincipalGuard> take(storage::ResourceStore& store, const Tenant& tenant,
                                        std::string_view principal);
    void add_to(storage::Batch& batch) const;
    // With the principal itself.
    static void remove(storage::Batch& batch, const Tenant& tenant, std::string_view principal);

private:
    PrincipalGuard(storage::RecordKey key, std::optional<storage::Revision> revision)
        : key_(std::move(key)), revision_(revision) {}

    storage::RecordKey key_;
    std::optional<storage::Revision> revision_;  // none: nothing was ever attached
};

}  // namespace gatehouse::registry
