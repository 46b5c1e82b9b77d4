// A thing type as a stored record. The names in the JSON are on disk: they are never changed.
#pragma once

#include <string>

#include "base/result.h"
#include "registry/thing_type.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline const storage::Kind thing_type_kind{"thing-type"};

storage::RecordKey key_of(const Tenant& tenant, const ThingTypeName& name);
std::string encode(const ThingType& type);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<ThingType> decode_thing_type(const storage::Record& record);

}  // namespace gatehouse::registry
