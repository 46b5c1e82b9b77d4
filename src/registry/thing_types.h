// ThingTypes: the way in for coroutines to ThingTypeRecords.
#pragma once

#include "registry/on_workers.h"
#include "registry/thing_type_records.h"

namespace gatehouse::registry {

using ThingTypes = OnWorkers<ThingTypeRecords>;

}  // namespace gatehouse::registry
