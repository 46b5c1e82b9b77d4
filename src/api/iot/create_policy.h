// CreatePolicy: a policy with its first version.
// Source: AWS IoT API Reference, CreatePolicy.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/create_policy.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct CreatePolicy {
    using Shape = CreatePolicyShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<CreatePolicyResponse>> handle(const Caller& caller,
                                                            CreatePolicyRequest request) const;
};

}  // namespace gatehouse::api::iot
