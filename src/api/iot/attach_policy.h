// AttachPolicy: a policy to a certificate, a thing group or an identity.
// Source: AWS IoT API Reference, AttachPolicy.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/attach_policy.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct AttachPolicy {
    using Shape = AttachPolicyShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<AttachPolicyResponse>> handle(const Caller& caller,
                                                            AttachPolicyRequest request) const;
};

}  // namespace gatehouse::api::iot
