// ListPolicyPrincipals: the principals a policy is attached to, as ListTargetsForPolicy.
// Source: AWS IoT API Reference, ListPolicyPrincipals.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_policy_principals.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct ListPolicyPrincipals {
    using Shape = ListPolicyPrincipalsShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<ListPolicyPrincipalsResponse>> handle(
        const Caller& caller, ListPolicyPrincipalsRequest request) const;
};

}  // namespace gatehouse::api::iot
