// Whether a role's trust policy lets a service act in its name.
// Source: IAM User Guide, "Roles terms and concepts" (service role); Lambda Developer Guide,
// "Lambda execution role".
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/tenant.h"
#include "iam/identity.h"
#include "policy/variables.h"

namespace gatehouse::iam {

// A service that wants to act as a role.
struct ServiceAsking {
    std::string_view service;  // "credentials.iot.amazonaws.com"
    const Tenant& tenant;      // on whose behalf
    std::string_view role_arn;
    std::string_view session;
    // What the trust policy may ask besides: aws:SourceAccount and such.
    const std::vector<policy::Variable>& context;
};

// Corrupt: the policy does not read.
Result<bool> trusts(const Identity& role, const ServiceAsking& asking, const Clock& clock);

// What conditions of a role's trust policy may ask of the role itself: its tags. Others it has not.
void add_tags_of_role(const Identity& role, policy::Variables& variables);

}  // namespace gatehouse::iam
