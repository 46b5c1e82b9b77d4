// Which things are in which static groups, over the store.
// Source: AWS IoT API Reference, AddThingToThingGroup, RemoveThingFromThingGroup,
// UpdateThingGroupsForThing, ListThingGroupsForThing, ListThingsInThingGroup.
//
// Threads: every method may be called from any thread, and blocks; see on_workers.h.
#pragma once

#include <string>
#include <vector>

#include "registry/listing.h"
#include "registry/stored.h"
#include "registry/thing.h"
#include "registry/thing_group.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

struct MembershipChange {
    std::vector<ThingGroupName> leave;  // before it joins others
    std::vector<ThingGroupName> join;
};

// Of a listing of things: those that were put into the group itself, or into any below it, too.
enum class GroupReach : bool { Itself, Below };

class MembershipRecords {
public:
    struct Parts {};
    // The store must outlive it.
    MembershipRecords(storage::ResourceStore& store, const Parts&) : store_(store) {}

    // All of it or nothing; what is so already stays so. ResourceNotFound: the thing or a group;
    // InvalidRequest: more than ten groups, or two of one hierarchy.
    Outcome<void> change(const Tenant& tenant, const ThingName& thing,
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
    Outcome<std::vector<ThingGroup>> present_groups(const Tenant& tenant, const ThingName& thing);
    Outcome<Stored<ThingGroup>> group(const Tenant& tenant, const ThingGroupName& name);
    Outcome<storage::Record> thing_record(const Tenant& tenant, const ThingName& thing);

    storage::ResourceStore& store_;
};

}  // namespace gatehouse::registry
