// Finding what a name, an ARN or the end of a link means.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "iam/identity.h"
#include "iam/managed_policy.h"
#include "storage/resource_store.h"

namespace gatehouse::iam {

struct FoundIdentity {
    Identity identity;
    storage::Revision revision;
};

// NotFound.
Result<FoundIdentity> find_identity(storage::ResourceStore& store, const AccountId& account,
                                    const IdentityName& name);

// Conflict when another one has this name but for the case of its letters; `exists` says so. Reads
// all of the kind.
// Source: IAM User Guide, "IAM and AWS STS quotas" (names are not distinguished by case).
Result<void> check_case(storage::ResourceStore& store, const storage::RecordKey& key,
                        const Error& exists);

struct FoundPolicy {
    ManagedPolicy policy;
    storage::Revision revision;  // zero for those of AWS
};

// NotFound; InvalidInput: it is no ARN of a policy.
Result<FoundPolicy> find_policy(storage::ResourceStore& store, const Tenant& tenant,
                                std::string_view arn);
// The other way round of ManagedPolicy::link_end().
Result<ManagedPolicy> linked_policy(storage::ResourceStore& store, const AccountId& account,
                                    std::string_view link_end);

}  // namespace gatehouse::iam
