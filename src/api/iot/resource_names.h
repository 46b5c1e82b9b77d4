// Things and groups that a request names, or gives the ARN of.
#pragma once

#include <optional>
#include <string>

#include "base/tenant.h"
#include "registry/refusal.h"
#include "registry/thing.h"
#include "registry/thing_group.h"

namespace gatehouse::api::iot {

// InvalidRequest: neither, or two that differ.
registry::Outcome<registry::ThingName> thing_named(const Tenant& tenant,
                                                   const std::optional<std::string>& name,
                                                   const std::optional<std::string>& arn);
registry::Outcome<registry::ThingGroupName> thing_group_named(
    const Tenant& tenant, const std::optional<std::string>& name,
    const std::optional<std::string>& arn);

registry::Outcome<registry::BillingGroupName> billing_group_named(
    const Tenant& tenant, const std::optional<std::string>& name,
    const std::optional<std::string>& arn);

}  // namespace gatehouse::api::iot
