// ListBillingGroups: billing groups, by name.
// Source: AWS IoT API Reference, ListBillingGroups.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_billing_groups.h"
#include "registry/billing_groups.h"

namespace gatehouse::api::iot {

struct ListBillingGroups {
    using Shape = ListBillingGroupsShape;

    registry::BillingGroups& billing_groups;

    async::Task<wire::Outcome<ListBillingGroupsResponse>> handle(
        const Caller& caller, ListBillingGroupsRequest request) const;
};

}  // namespace gatehouse::api::iot
