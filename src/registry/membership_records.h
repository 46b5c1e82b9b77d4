// Which things are in which groups, over the store; into static ones they are put here.
// Source: AWS IoT API Reference, AddThingToThingGroup, RemoveThingFromThingGroup,
// UpdateThingGroupsForThing, ListThingGroupsForThing, ListThingsInThingGroup.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <string>
#include <vector>

#include "registry/event_outbox.h"
#include "registry/listing.h"
#include "registry/stored.h"
#include "registry/thing.h"
#include "registry/thing_group.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

struct MembershipChange {
    std::vector<ThingGroupName> leave;  // before it joins others
    std::vector<ThingGroupName> join;
    // Where a thing is in as many groups as it may be, and a dynamic one among them.
    enum class AtTheLimit : bool { Refuse, LeaveNewestDynamic };
    AtTheLimit at_the_limit = AtTheLimit::Refuse;
};

// Of a listing of things: those that were put into the group itself, or into any below it, too.
enum class GroupReach : bool { Itself, Below };

class MembershipRecords {
public:
    struct Parts {
        EventOutbox& outbox;
    };
    // The store must outlive it.
    MembershipRecords(storage::ResourceStore& store, const Parts& parts)
        : store_(store), parts_(parts) {}

    // All of it or nothing; what is so already stays so. ResourceNotFound: the thing or a group;
    // InvalidRequest: more than ten groups, two of one hierarchy, or a dynamic one.
    Outcome<void> change(const Tenant& tenant, const ThingName& thing,
                         const MembershipChange& change);
    // As part of a batch, which has to see to it that nobody else changes the thing's groups
    // meanwhile; a thing that the batch makes counts as there.
    Outcome<void> change_in(storage::Batch& batch, const Thing& thing,
                            const MembershipChange& change);
    // The groups that it was put into, by name. ResourceNotFound.
    Outcome<Page<std::string>> groups_of(const Tenant& tenant, const ThingName& thing,
                                         const Listing& listing);
    // ResourceNotFound.
    Outcome<Page<std::string>> things_in(const Tenant& tenant, const ThingGroupName& group,
                                         GroupReach reach, const Listing& listing);

private:
    Outcome<void> try_change(const Tenant& tenant, const ThingName& thing,
                             const MembershipChange& change);
    Outcome<void> join(storage::Batch& batch, const Thing& thing, std::vector<ThingGroup>& groups,
                       const ThingGroupName& name, const MembershipChange& change,
                       const ChangeEvents& events);
    Outcome<Stored<ThingGroup>> group(const Tenant& tenant, const ThingGroupName& name);
    Outcome<storage::Record> thing_record(const Tenant& tenant, const ThingName& thing);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

}  // namespace gatehouse::registry
