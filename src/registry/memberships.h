// Memberships of things in groups: the way in for coroutines to MembershipRecords.
#pragma once

#include "registry/membership_records.h"
#include "registry/on_workers.h"

namespace gatehouse::registry {

using Memberships = OnWorkers<MembershipRecords>;

}  // namespace gatehouse::registry
