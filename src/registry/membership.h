// A thing in a group as links: of the group itself, and of each group above it, so that a listing
// of all that is below a group is one query.
//
// Threads: any.
#pragma once

#include <vector>

#include "registry/refusal.h"
#include "registry/thing.h"
#include "registry/thing_group.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

// The groups that it was put into, or that found it.
Outcome<std::vector<ThingGroup>> groups_holding(storage::ResourceStore& store, const Tenant& tenant,
                                                const ThingName& thing);

void join_group(storage::Batch& batch, const ThingGroup& group, const ThingName& thing);
// Requires: the thing is in no other group of the hierarchy.
void leave_group(storage::Batch& batch, const ThingGroup& group, const ThingName& thing);
// Of a thing that goes.
void leave_all_groups(storage::Batch& batch, const Tenant& tenant, const ThingName& thing);

}  // namespace gatehouse::registry
