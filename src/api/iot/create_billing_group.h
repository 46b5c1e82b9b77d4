// CreateBillingGroup: a billing group; the same again answers the one that is there.
// Source: AWS IoT API Reference, CreateBillingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/create_billing_group.h"
#include "registry/billing_groups.h"

namespace gatehouse::api::iot {

struct CreateBillingGroup {
    using Shape = CreateBillingGroupShape;

    registry::BillingGroups& billing_groups;

    async::Task<wire::Outcome<CreateBillingGroupResponse>> handle(
        const Caller& caller, CreateBillingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
