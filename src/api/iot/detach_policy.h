// DetachPolicy: a policy from what it is attached to.
// Source: AWS IoT API Reference, DetachPolicy.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/detach_policy.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct DetachPolicy {
    using Shape = DetachPolicyShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<DetachPolicyResponse>> handle(const Caller& caller,
                                                            DetachPolicyRequest request) const;
};

}  // namespace gatehouse::api::iot
