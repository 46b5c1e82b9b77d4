// DeleteBillingGroup: lets a billing group's things go and deletes it.
// Source: AWS IoT API Reference, DeleteBillingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_billing_group.h"
#include "registry/billing_groups.h"

namespace gatehouse::api::iot {

struct DeleteBillingGroup {
    using Shape = DeleteBillingGroupShape;

    registry::BillingGroups& billing_groups;

    async::Task<wire::Outcome<DeleteBillingGroupResponse>> handle(
        const Caller& caller, DeleteBillingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
