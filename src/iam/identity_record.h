// Users, groups, roles and managed policies as stored records; what is attached, who is in which
// group and whose keys there are as links. The names in the JSON, of kinds and of relations are on
// disk: they are never changed.
#pragma once

#include <string>

#include "base/result.h"
#include "iam/identity.h"
#include "iam/managed_policy.h"
#include "storage/resource_store.h"

namespace gatehouse::iam {

// From "user/NAME" to "local/POLICY" or "aws/POLICY".
inline const storage::Relation attachment_relation{"iam-attachment"};
// From the user's name to the group's.
inline const storage::Relation membership_relation{"iam-membership"};
// From the user's name to the access key's id.
inline const storage::Relation user_key_relation{"iam-user-key"};

// Where an account's records and links are kept: in no region.
Tenant home_of(const AccountId& account);

storage::RecordKey key_of(const AccountId& account, const IdentityName& name);
storage::RecordKey key_of(const AccountId& account, const PolicyName& name);

std::string encode(const Identity& identity);
std::string encode(const ManagedPolicy& policy);
// Corrupt, naming the record.
Result<Identity> decode_identity(const storage::Record& record, IdentityKind kind);
Result<ManagedPolicy> decode_managed_policy(const storage::Record& record);

}  // namespace gatehouse::iam
