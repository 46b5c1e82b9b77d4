// CreatePolicyVersion: a further version of a policy.
// Source: AWS IoT API Reference, CreatePolicyVersion.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/create_policy_version.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct CreatePolicyVersion {
    using Shape = CreatePolicyVersionShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<CreatePolicyVersionResponse>> handle(
        const Caller& caller, CreatePolicyVersionRequest request) const;
};

}  // namespace gatehouse::api::iot
