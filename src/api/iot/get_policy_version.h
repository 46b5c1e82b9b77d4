// GetPolicyVersion: one version of a policy.
// Source: AWS IoT API Reference, GetPolicyVersion.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/get_policy_version.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct GetPolicyVersion {
    using Shape = GetPolicyVersionShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<GetPolicyVersionResponse>> handle(
        const Caller& caller, GetPolicyVersionRequest request) const;
};

}  // namespace gatehouse::api::iot
