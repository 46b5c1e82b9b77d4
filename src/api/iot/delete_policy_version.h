// DeletePolicyVersion: a version that is not the default.
// Source: AWS IoT API Reference, DeletePolicyVersion.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_policy_version.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct DeletePolicyVersion {
    using Shape = DeletePolicyVersionShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<DeletePolicyVersionResponse>> handle(
        const Caller& caller, DeletePolicyVersionRequest request) const;
};

}  // namespace gatehouse::api::iot
