// GetPolicy: a policy and its default version.
// Source: AWS IoT API Reference, GetPolicy.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/get_policy.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct GetPolicy {
    using Shape = GetPolicyShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<GetPolicyResponse>> handle(const Caller& caller,
                                                         GetPolicyRequest request) const;
};

}  // namespace gatehouse::api::iot
