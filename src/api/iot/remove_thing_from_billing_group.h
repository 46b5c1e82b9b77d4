// RemoveThingFromBillingGroup: takes a thing out of a billing group.
// Source: AWS IoT API Reference, RemoveThingFromBillingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/remove_thing_from_billing_group.h"
#include "registry/billing_groups.h"

namespace gatehouse::api::iot {

struct RemoveThingFromBillingGroup {
    using Shape = RemoveThingFromBillingGroupShape;

    registry::BillingGroups& billing_groups;

    async::Task<wire::Outcome<RemoveThingFromBillingGroupResponse>> handle(
        const Caller& caller, RemoveThingFromBillingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
