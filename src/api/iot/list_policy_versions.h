// ListPolicyVersions: the versions of a policy, newest first.
// Source: AWS IoT API Reference, ListPolicyVersions.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_policy_versions.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct ListPolicyVersions {
    using Shape = ListPolicyVersionsShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<ListPolicyVersionsResponse>> handle(
        const Caller& caller, ListPolicyVersionsRequest request) const;
};

}  // namespace gatehouse::api::iot
