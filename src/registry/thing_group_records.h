// Thing groups and their rules over the store, one operation a method.
// Source: AWS IoT API Reference, the operations of the same names; Developer Guide, "Static thing
// groups". Deliberate differences: messages say what to do.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "registry/event_outbox.h"
#include "registry/listing.h"
#include "registry/stored.h"
#include "registry/thing_group.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline constexpr RecordWords thing_group_words{"thing group", "thingGroupName"};

// Which groups ListThingGroups is to list.
struct ThingGroupFilter {
    enum class Depth : bool { Children, Everything };

    std::optional<ThingGroupName> parent;  // absent: the roots, and what is below them
    std::string prefix;                    // of the name
    Depth depth = Depth::Everything;
};

class ThingGroupRecords {
public:
    struct Parts {
        Random& random;
        EventOutbox& outbox;
    };
    // The store must outlive it.
    ThingGroupRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // The same again answers the group that is there. InvalidRequest: also for a parent that is not
    // there or has no room; ResourceAlreadyExists; LimitExceeded: of dynamic groups.
    Outcome<ThingGroup> create(const Tenant& tenant, const NewThingGroup& wanted);
    // ResourceNotFound (names the tenant that has it).
    Outcome<ThingGroup> describe(const Tenant& tenant, const ThingGroupName& name);
    // Answers the new version. InvalidRequest, ResourceNotFound, VersionConflict.
    Outcome<std::uint64_t> update(const Tenant& tenant, const ThingGroupName& name,
                                  const ThingGroupChange& change);
    // Lets its things and policies go. None of this name is as good as deleted. InvalidRequest
    // while it has children, or if it is of the other kind; VersionConflict.
    Outcome<void> remove(const Tenant& tenant, const ThingGroupName& name,
                         std::optional<std::uint64_t> expected_version,
                         GroupKind kind = GroupKind::Static);
    // ResourceNotFound: the parent.
    Outcome<Page<ThingGroup>> list(const Tenant& tenant, const Listing& listing,
                                   const ThingGroupFilter& filter);

private:
    Outcome<Stored<ThingGroup>> read(const Tenant& tenant, const ThingGroupName& name);
    Outcome<ThingGroup> try_create(const Tenant& tenant, const NewThingGroup& wanted);
    Outcome<void> put_below(ThingGroup& group, const ThingGroupName& parent, storage::Batch& batch);
    Outcome<std::uint64_t> try_update(const Tenant& tenant, const ThingGroupName& name,
                                      const ThingGroupChange& change);
    Outcome<void> try_remove(const Tenant& tenant, const ThingGroupName& name,
                             std::optional<std::uint64_t> expected_version, GroupKind kind);
    Outcome<void> release_things(const ThingGroup& group, const ChangeEvents& events);
    Outcome<void> empty_dynamic(storage::Batch& batch, const ThingGroup& group,
                                const ChangeEvents& events);
    void tell_left(storage::Batch& batch, const ThingGroup& group, const ThingName& name,
                   const ChangeEvents& events);
    Outcome<void> count_dynamic(const ThingGroup& group, storage::Batch& batch);
    Outcome<void> tell(storage::Batch& batch, const ChangeEvents& events, Happening happening,
                       const ThingGroup& group);
    Outcome<std::size_t> children_of(const Tenant& tenant, const ThingGroupName& name,
                                     std::size_t most);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

}  // namespace gatehouse::registry
