// Billing groups: the way in for coroutines to BillingGroupRecords.
#pragma once

#include "registry/billing_group_records.h"
#include "registry/on_workers.h"

namespace gatehouse::registry {

using BillingGroups = OnWorkers<BillingGroupRecords>;

}  // namespace gatehouse::registry
