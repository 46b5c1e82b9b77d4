// SetDefaultPolicyVersion: which version of a policy counts.
// Source: AWS IoT API Reference, SetDefaultPolicyVersion.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/set_default_policy_version.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct SetDefaultPolicyVersion {
    using Shape = SetDefaultPolicyVersionShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<SetDefaultPolicyVersionResponse>> handle(
        const Caller& caller, SetDefaultPolicyVersionRequest request) const;
};

}  // namespace gatehouse::api::iot
