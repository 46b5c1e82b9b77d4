// A role alias as a stored record. The names in the JSON are on disk: they are never changed.
#pragma once

#include <string>

#include "base/result.h"
#include "registry/role_alias.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline const storage::Kind role_alias_kind{"role-alias"};
inline constexpr RecordWords role_alias_words{"role alias", "roleAlias"};
inline constexpr std::string_view role_alias_resource = "rolealias/";

storage::RecordKey key_of(const Tenant& tenant, const RoleAliasName& name);
std::string encode(const RoleAlias& alias);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<RoleAlias> decode_role_alias(const storage::Record& record);

}  // namespace gatehouse::registry
