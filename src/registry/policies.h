// Policies: the way in for coroutines to PolicyRecords.
#pragma once

#include "registry/on_workers.h"
#include "registry/policy_records.h"

namespace gatehouse::registry {

using Policies = OnWorkers<PolicyRecords>;

}  // namespace gatehouse::registry
