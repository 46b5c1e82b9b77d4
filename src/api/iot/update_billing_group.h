// UpdateBillingGroup: another description.
// Source: AWS IoT API Reference, UpdateBillingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/update_billing_group.h"
#include "registry/billing_groups.h"

namespace gatehouse::api::iot {

struct UpdateBillingGroup {
    using Shape = UpdateBillingGroupShape;

    registry::BillingGroups& billing_groups;

    async::Task<wire::Outcome<UpdateBillingGroupResponse>> handle(
        const Caller& caller, UpdateBillingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
