// Billing groups, the things in them and their rules over the store, one operation a method.
// Source: AWS IoT API Reference, the operations of the same names. Deliberate differences: messages
// say what to do.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <optional>
#include <string>

#include "base/random.h"
#include "registry/billing_group.h"
#include "registry/listing.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

class BillingGroupRecords {
public:
    struct Parts {
        Random& random;
    };
    // The store must outlive it.
    BillingGroupRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // The same again answers the group that is there. InvalidRequest, ResourceAlreadyExists.
    Outcome<BillingGroup> create(const Tenant& tenant, const NewBillingGroup& wanted);
    // ResourceNotFound (names the tenant that has it).
    Outcome<BillingGroup> describe(const Tenant& tenant, const BillingGroupName& name);
    // Answers the new version. ResourceNotFound, VersionConflict.
    Outcome<std::uint64_t> update(const Tenant& tenant, const BillingGroupName& name,
                                  const BillingGroupChange& change);
    // Lets its things go. None of this name is as good as deleted. VersionConflict.
    Outcome<void> remove(const Tenant& tenant, const BillingGroupName& name,
                         std::optional<std::uint64_t> expected_version);
    // Those whose name starts with the prefix.
    Outcome<Page<BillingGroup>> list(const Tenant& tenant, const Listing& listing,
                                     const std::string& prefix);

    // Out of the group that it was in. ResourceNotFound: thing or group.
    Outcome<void> add_thing(const Tenant& tenant, const BillingGroupName& name,
                            const ThingName& thing);
    // A thing that is not in the group stays as it is. ResourceNotFound: thing or group.
    Outcome<void> remove_thing(const Tenant& tenant, const BillingGroupName& name,
                               const ThingName& thing);
    // ResourceNotFound.
    Outcome<Page<std::string>> things_in(const Tenant& tenant, const BillingGroupName& name,
                                         const Listing& listing);

private:
    Outcome<Stored<BillingGroup>> read(const Tenant& tenant, const BillingGroupName& name);
    Outcome<std::uint64_t> try_update(const Tenant& tenant, const BillingGroupName& name,
                                      const BillingGroupChange& change);
    Outcome<void> try_remove(const Tenant& tenant, const BillingGroupName& name,
                             std::optional<std::uint64_t> expected_version);
    Outcome<void> release_things(const BillingGroup& group);
    // Adds to the batch what puts the thing into the group `to`; empty: into none. Nothing when it
    // is there already, or when it is not in the group `only_from`, if one is given.
    Outcome<void> move(storage::Batch& batch, const Tenant& tenant, const ThingName& name,
                       const BillingGroupName& to,
                       const std::optional<BillingGroupName>& only_from = std::nullopt);
    Outcome<void> apply(const storage::Batch& batch);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

}  // namespace gatehouse::registry
