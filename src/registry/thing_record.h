// A thing as a stored record, and what it is linked to. The names in the JSON are on disk: they are
// never changed.
#pragma once

#include <string>

#include "base/result.h"
#include "registry/stored.h"
#include "registry/thing.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline const storage::Kind thing_kind{"thing"};
inline constexpr RecordWords thing_words{"thing", "thingName"};
// From a thing type's name to the things that are of it.
inline const storage::Relation type_thing_relation{"thing-type-thing"};

storage::RecordKey key_of(const Tenant& tenant, const ThingName& name);
std::string encode(const Thing& thing);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<Thing> decode_thing(const storage::Record& record);

}  // namespace gatehouse::registry
