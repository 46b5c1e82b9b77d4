// Who is in the dynamic groups of a tenant: what their queries find in its index, written into the
// store like other memberships.
//
// Source: AWS IoT Developer Guide, "Dynamic thing groups": a thing is in ten groups at most; where
// more dynamic ones find it, it is in those that were made first.
//
// Threads: one at a time; blocks, as the store does.
#pragma once

#include <vector>

#include "base/pinned.h"
#include "indexing/tenant_index.h"
#include "registry/event_outbox.h"
#include "registry/refusal.h"
#include "storage/resource_store.h"

namespace gatehouse::indexing {

// Collects what is to change, and writes it in batches of bounded size.
class DynamicMembership : Pinned {
public:
    // All of them must outlive it; the index has connectivity and groups as they are now.
    DynamicMembership(storage::ResourceStore& store, registry::EventOutbox& outbox,
                      const Tenant& tenant, TenantIndex& index)
        : store_(store), outbox_(outbox), tenant_(tenant), index_(index) {}

    // Compares the groups that the thing is in with those whose queries find it.
    registry::Outcome<void> look_at(const Document& thing);
    // Writes the rest. What was changed meanwhile is left to who is told of that change.
    registry::Outcome<void> finish();

private:
    struct Change {
        std::string thing;
        std::vector<const DynamicGroup*> join;
        std::vector<const DynamicGroup*> leave;
    };
    std::vector<const DynamicGroup*> found_by(const Document& thing) const;
    registry::Outcome<void> add(storage::Batch& batch, const Change& change,
                                const registry::ChangeEvents& events);
    registry::Outcome<void> write(const std::vector<Change>& changes);

    storage::ResourceStore& store_;
    registry::EventOutbox& outbox_;
    const Tenant& tenant_;
    TenantIndex& index_;
    std::vector<Change> changes_;
};

}  // namespace gatehouse::indexing
