// AddThingToBillingGroup: puts a thing into a billing group, out of the one that it was in.
// Source: AWS IoT API Reference, AddThingToBillingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/add_thing_to_billing_group.h"
#include "registry/billing_groups.h"

namespace gatehouse::api::iot {

struct AddThingToBillingGroup {
    using Shape = AddThingToBillingGroupShape;

    registry::BillingGroups& billing_groups;

    async::Task<wire::Outcome<AddThingToBillingGroupResponse>> handle(
        const Caller& caller, AddThingToBillingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
