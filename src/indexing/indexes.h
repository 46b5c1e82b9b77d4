// The fleet indexes of all tenants, in memory: built from the store, kept current by what is noted
// of its changes, and searched.
//
// A query looks at every document of its tenant: they are few enough of them (see
// docs/reference/fleet-indexing.md for what it takes) that no other order has to be kept.
// Source: AWS IoT Developer Guide, "Fleet indexing". Deliberate difference: whoever asks sees every
// change that was answered before.
//
// Threads: one at a time, see index_worker.h; blocks, as the store does.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/pinned.h"
#include "indexing/aggregation.h"
#include "indexing/index_search.h"
#include "indexing/noted_changes.h"
#include "indexing/tenant_index.h"
#include "registry/event_outbox.h"
#include "registry/refusal.h"
#include "storage/resource_store.h"

namespace gatehouse::indexing {

class Indexes : Pinned {
public:
    // Both must outlive it.
    Indexes(storage::ResourceStore& store, registry::EventOutbox& outbox)
        : store_(store), outbox_(outbox) {}

    // Brings the indexes up to date, and the members of dynamic groups. What could not be read is
    // answered: to be noted again.
    NotedChanges take(const NotedChanges& changes);

    // IndexNotReady: it is not indexed; InvalidQuery; InvalidRequest: a token of another search.
    registry::Outcome<SearchPage> search(const Tenant& tenant, const SearchQuestion& question);
    // InvalidAggregation: the field is neither managed nor a custom one; else as search().
    registry::Outcome<Aggregation> aggregate(const Tenant& tenant,
                                             const AggregationQuestion& question);
    // IndexNotReady: connectivity is not indexed; ResourceNotFound.
    registry::Outcome<Connectivity> connectivity(const Tenant& tenant, const std::string& thing);
    // Whether a dynamic group may have this query. InvalidRequest: things are not indexed;
    // InvalidQuery.
    registry::Outcome<void> check_dynamic(const Tenant& tenant, const std::string& query);
    bool indexes_connectivity(const Tenant& tenant) const;

private:
    registry::Outcome<void> build(const Tenant& tenant);
    registry::Outcome<void> read_groups(const Tenant& tenant, TenantIndex& index,
                                        std::map<std::string, registry::ThingGroup>& groups);
    registry::Outcome<void> read_things(const Tenant& tenant, TenantIndex& index,
                                        const std::map<std::string, registry::ThingGroup>& groups);
    registry::Outcome<void> take_group(const Tenant& tenant, const std::string& name);
    registry::Outcome<void> take_thing(const Tenant& tenant, const std::string& name);
    registry::Outcome<void> take_connectivity(const Tenant& tenant, const std::string& name,
                                              const Connectivity& connectivity);
    // Who is in the dynamic groups, of all things.
    registry::Outcome<void> settle(const Tenant& tenant);
    // Reads the things anew that the index has in one of these groups.
    registry::Outcome<void> read_members(const Tenant& tenant, const std::set<std::string>& groups);
    TenantIndex* find(const Tenant& tenant);
    registry::Outcome<TenantIndex*> ready(const Tenant& tenant, IndexName index);

    storage::ResourceStore& store_;
    registry::EventOutbox& outbox_;
    std::map<Tenant, std::unique_ptr<TenantIndex>> indexes_;
};

}  // namespace gatehouse::indexing
