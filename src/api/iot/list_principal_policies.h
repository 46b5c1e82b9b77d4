// ListPrincipalPolicies: the policies attached to a principal, as ListAttachedPolicies.
// Source: AWS IoT API Reference, ListPrincipalPolicies.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_principal_policies.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct ListPrincipalPolicies {
    using Shape = ListPrincipalPoliciesShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<ListPrincipalPoliciesResponse>> handle(
        const Caller& caller, ListPrincipalPoliciesRequest request) const;
};

}  // namespace gatehouse::api::iot
