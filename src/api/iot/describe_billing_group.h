// DescribeBillingGroup: a billing group.
// Source: AWS IoT API Reference, DescribeBillingGroup.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/describe_billing_group.h"
#include "registry/billing_groups.h"

namespace gatehouse::api::iot {

struct DescribeBillingGroup {
    using Shape = DescribeBillingGroupShape;

    registry::BillingGroups& billing_groups;

    async::Task<wire::Outcome<DescribeBillingGroupResponse>> handle(
        const Caller& caller, DescribeBillingGroupRequest request) const;
};

}  // namespace gatehouse::api::iot
