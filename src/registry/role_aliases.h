// Role aliases: the way in for coroutines to RoleAliasRecords.
#pragma once

#include "registry/on_workers.h"
#include "registry/role_alias_records.h"

namespace gatehouse::registry {

using RoleAliases = OnWorkers<RoleAliasRecords>;

}  // namespace gatehouse::registry
