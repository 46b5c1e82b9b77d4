// Thing types and their rules over the store, one operation a method.
// Source: AWS IoT API Reference, the operations of the same names. Deliberate difference: how long
// a type must have been deprecated before it may be deleted is a setting (AWS: 5 minutes).
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <chrono>

#include "base/random.h"
#include "registry/event_outbox.h"
#include "registry/listing.h"
#include "registry/stored.h"
#include "registry/thing_type.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

struct ThingTypeSettings {
    std::chrono::seconds deprecated_min{300};  // before deletion
};

class ThingTypeRecords {
public:
    struct Parts {
        const Clock& clock;
        Random& random;
        ThingTypeSettings settings;
        EventOutbox& outbox;
    };
    // The store must outlive it.
    ThingTypeRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // The same again answers the type that is there. InvalidRequest, ResourceAlreadyExists.
    Outcome<ThingType> create(const Tenant& tenant, const NewThingType& wanted);
    // ResourceNotFound (names the tenant that has it).
    Outcome<ThingType> describe(const Tenant& tenant, const ThingTypeName& name);
    Outcome<Page<ThingType>> list(const Tenant& tenant, const Listing& listing,
                                  const std::optional<ThingTypeName>& only = std::nullopt);
    // InvalidRequest, ResourceNotFound.
    Outcome<void> update(const Tenant& tenant, const ThingTypeName& name,
                         const ThingTypeChange& change);
    // What is deprecated, or is not, already stays so.
    Outcome<void> deprecate(const Tenant& tenant, const ThingTypeName& name);
    Outcome<void> undo_deprecation(const Tenant& tenant, const ThingTypeName& name);
    // InvalidRequest unless it has been deprecated for long enough and no thing is of it.
    Outcome<void> remove(const Tenant& tenant, const ThingTypeName& name);

private:
    Outcome<Stored<ThingType>> read(const Tenant& tenant, const ThingTypeName& name);
    // Reads, changes and writes what `change` says has changed, again when somebody else was
    // faster.
    template <class Change>
    Outcome<void> change(const Tenant& tenant, const ThingTypeName& name, Change change);
    Outcome<void> set_deprecated(const Tenant& tenant, const ThingTypeName& name,
                                 std::optional<WallTime> since);
    Outcome<void> try_remove(const Tenant& tenant, const ThingTypeName& name);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

}  // namespace gatehouse::registry
