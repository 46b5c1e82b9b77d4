// A billing group as a stored record, and the things in it. The names in the JSON are on disk: they
// are never changed.
#pragma once

#include <string>

#include "base/result.h"
#include "registry/billing_group.h"
#include "registry/stored.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline const storage::Kind billing_group_kind{"billing-group"};
// From a billing group's name to the things in it; each thing's record names the group, too.
inline const storage::Relation billing_group_thing_relation{"billing-group-thing"};
inline constexpr RecordWords billing_group_words{"billing group", "billingGroupName"};

storage::RecordKey key_of(const Tenant& tenant, const BillingGroupName& name);
storage::Link billing_link(const Thing& thing);
std::string encode(const BillingGroup& group);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<BillingGroup> decode_billing_group(const storage::Record& record);

}  // namespace gatehouse::registry
