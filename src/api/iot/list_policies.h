// ListPolicies: the policies of a tenant.
// Source: AWS IoT API Reference, ListPolicies.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_policies.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct ListPolicies {
    using Shape = ListPoliciesShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<ListPoliciesResponse>> handle(const Caller& caller,
                                                            ListPoliciesRequest request) const;
};

}  // namespace gatehouse::api::iot
