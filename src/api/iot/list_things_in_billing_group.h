// ListThingsInBillingGroup: the things in a billing group.
// Source: AWS IoT API Reference, ListThingsInBillingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_things_in_billing_group.h"
#include "registry/billing_groups.h"

namespace gatehouse::api::iot {

struct ListThingsInBillingGroup {
    using Shape = ListThingsInBillingGroupShape;

    registry::BillingGroups& billing_groups;

    async::Task<wire::Outcome<ListThingsInBillingGroupResponse>> handle(
        const Caller& caller, ListThingsInBillingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
