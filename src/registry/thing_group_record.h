// A thing group as a stored record, and what it is linked to. The names in the JSON are on disk:
// they are never changed.
#pragma once

#include <string>

#include "base/result.h"
#include "registry/thing_group.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline const storage::Kind thing_group_kind{"thing-group"};
// From a group's name to its direct children.
inline const storage::Relation group_child_relation{"thing-group-child"};
// From a group's name to the things that were put into it.
inline const storage::Relation group_thing_relation{"thing-group-thing"};
// The same, and to those of the groups below it.
inline const storage::Relation group_thing_below_relation{"thing-group-thing-below"};

// From `all_dynamic_groups` to the dynamic groups.
inline const storage::Relation dynamic_group_relation{"dynamic-thing-group"};
inline constexpr const char* all_dynamic_groups = "all";

storage::RecordKey key_of(const Tenant& tenant, const ThingGroupName& name);
std::string encode(const ThingGroup& group);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<ThingGroup> decode_thing_group(const storage::Record& record);

}  // namespace gatehouse::registry
