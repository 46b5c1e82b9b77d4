// ListAttachedPolicies: the policies attached to a certificate, a thing group or an identity.
// Source: AWS IoT API Reference, ListAttachedPolicies.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_attached_policies.h"
#include "registry/policies.h"

namespace gatehouse::api::iot {

struct ListAttachedPolicies {
    using Shape = ListAttachedPoliciesShape;

    registry::Policies& policies;

    async::Task<wire::Outcome<ListAttachedPoliciesResponse>> handle(
        const Caller& caller, ListAttachedPoliciesRequest request) const;
};

}  // namespace gatehouse::api::iot
