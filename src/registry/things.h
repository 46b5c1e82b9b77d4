// Things: the way in for coroutines to ThingRecords.
#pragma once

#include "registry/on_workers.h"
#include "registry/thing_records.h"

namespace gatehouse::registry {

using Things = OnWorkers<ThingRecords>;

}  // namespace gatehouse::registry
