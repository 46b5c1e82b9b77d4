// GetEffectivePolicies: the policies that count for a principal, and for a thing by its groups.
// Source: AWS IoT API Reference, GetEffectivePolicies.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/get_effective_policies.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct GetEffectivePolicies {
    using Shape = GetEffectivePoliciesShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<GetEffectivePoliciesResponse>> handle(
        const Caller& caller, GetEffectivePoliciesRequest request) const;
};

}  // namespace gatehouse::api::iot
