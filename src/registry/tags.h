// Tags: the way in for coroutines to TagRecords.
#pragma once

#include "registry/on_workers.h"
#include "registry/tag_records.h"

namespace gatehouse::registry {

using Tags = OnWorkers<TagRecords>;

}  // namespace gatehouse::registry
