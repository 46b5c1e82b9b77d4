// DeletePolicy: a policy that is attached to nothing.
// Source: AWS IoT API Reference, DeletePolicy.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_policy.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct DeletePolicy {
    using Shape = DeletePolicyShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<DeletePolicyResponse>> handle(const Caller& caller,
                                                            DeletePolicyRequest request) const;
};

}  // namespace gatehouse::api::iot
