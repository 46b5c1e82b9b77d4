// An authorizer as a stored record. The names in the JSON are on disk: they are never changed.
#pragma once

#include "base/result.h"
#include "registry/authorizer.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline const storage::Kind authorizer_kind{"authorizer"};
// Links the word "default" to the name of the tenant's default authorizer.
inline const storage::Relation default_authorizer_relation{"default-authorizer"};
inline constexpr const char* default_end = "default";

storage::RecordKey key_of(const Tenant& tenant, const AuthorizerName& name);
std::string encode(const Authorizer& authorizer);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<Authorizer> decode(const storage::Record& record);

}  // namespace gatehouse::registry
