// DetachPrincipalPolicy: a policy from a principal, as DetachPolicy.
// Source: AWS IoT API Reference, DetachPrincipalPolicy.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/detach_principal_policy.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct DetachPrincipalPolicy {
    using Shape = DetachPrincipalPolicyShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<DetachPrincipalPolicyResponse>> handle(
        const Caller& caller, DetachPrincipalPolicyRequest request) const;
};

}  // namespace gatehouse::api::iot
