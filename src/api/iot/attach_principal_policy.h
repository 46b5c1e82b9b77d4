// AttachPrincipalPolicy: a policy to a principal, as AttachPolicy.
// Source: AWS IoT API Reference, AttachPrincipalPolicy.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/attach_principal_policy.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct AttachPrincipalPolicy {
    using Shape = AttachPrincipalPolicyShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<AttachPrincipalPolicyResponse>> handle(
        const Caller& caller, AttachPrincipalPolicyRequest request) const;
};

}  // namespace gatehouse::api::iot
