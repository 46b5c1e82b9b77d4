// What a provisioning plan does, as the single calls that would do the same: nobody gets by a
// template what those would refuse.
//
// Whether the things are there already is not looked at: who provisions needs what either case
// takes. Groups that a thing is taken out of have to be in the plan by now
// (PlannedThing::may_leave).
//
// Pure; threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registry/provisioning_plan.h"

namespace gatehouse::registry {

struct ProvisioningNeed {
    std::string action;                  // "iot:CreateThing"
    std::vector<std::string> resources;  // ARNs or "*"; each has to be allowed

    bool operator==(const ProvisioningNeed&) const = default;
};

std::vector<ProvisioningNeed> needs_of(const Tenant& tenant, const ProvisioningPlan& plan);

}  // namespace gatehouse::registry
