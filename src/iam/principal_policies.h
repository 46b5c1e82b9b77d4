// What a user or a role session may do by IAM: the policies of its identity, of its groups where it
// is a user, and the variables that they may ask.
// Source: IAM User Guide, "Policies and permissions in IAM" and "AWS global condition context
// keys", properties of the principal; AWS IoT Developer Guide, "Authorizing direct calls to AWS
// services" (credentials-iot: variables of a session).
//
// Threads: any; blocks, as the store does.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/tenant.h"
#include "iam/identity.h"
#include "policy/decision.h"
#include "policy/variables.h"
#include "storage/resource_store.h"

namespace gatehouse::iam {

struct Principal {
    AccountId account;
    Region region;    // gives the partition of ARNs
    std::string arn;  // of a user or a role session
    // Of the access key, as signature::AccessKey has both.
    std::string identity_id = {};
    std::vector<std::pair<std::string, std::string>> session_facts = {};
};

struct PrincipalPolicies {
    // "AIDA…", or "AROA…:SESSION" of a session. Empty: the user or the role is gone, though another
    // may have its name, and with it everything below.
    std::string id;
    std::vector<policy::PolicySource> sources;
    policy::Variables variables;
};

// What policies may ask of who calls, whosever policies they are: the caller's own, or those of a
// role that it wants to assume. `identity` null: root. `id` as PrincipalPolicies has it. The clock
// must outlive what is compiled with them.
policy::Variables variables_of(const Principal& principal, const Identity* identity,
                               const std::string& id, const Clock& clock);

// The clock must outlive what is compiled with the variables. Corrupt, Unavailable: they cannot be
// read.
Result<PrincipalPolicies> read_principal_policies(storage::ResourceStore& store,
                                                  const Principal& principal, const Clock& clock);

}  // namespace gatehouse::iam
