// Thing groups: the way in for coroutines to ThingGroupRecords.
#pragma once

#include "registry/on_workers.h"
#include "registry/thing_group_records.h"

namespace gatehouse::registry {

using ThingGroups = OnWorkers<ThingGroupRecords>;

}  // namespace gatehouse::registry
