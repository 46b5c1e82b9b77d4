// A policy as a stored record, and its attachments as links. The names in the JSON are on disk:
// they are never changed.
#pragma once

#include <string>

#include "base/result.h"
#include "registry/policy.h"
#include "storage/resource_store.h"

namespace gatehouse::registry {

inline const storage::Kind policy_kind{"policy"};
// From the policy's name to what it is attached to: an ARN or a Cognito identity's id.
inline const storage::Relation policy_target_relation{"policy-target"};

storage::RecordKey key_of(const Tenant& tenant, const PolicyName& name);
std::string encode(const Policy& policy);
// Corrupt, naming the record, when the body is not what encode() makes.
Result<Policy> decode_policy(const storage::Record& record);

}  // namespace gatehouse::registry
