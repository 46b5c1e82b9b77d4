// ListTargetsForPolicy: what a policy is attached to.
// Source: AWS IoT API Reference, ListTargetsForPolicy.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_targets_for_policy.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct ListTargetsForPolicy {
    using Shape = ListTargetsForPolicyShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<ListTargetsForPolicyResponse>> handle(
        const Caller& caller, ListTargetsForPolicyRequest request) const;
};

}  // namespace gatehouse::api::iot
