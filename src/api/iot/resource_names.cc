#include "api/iot/resource_names.h"

#include <fmt/format.h>

#include <string_view>

#include "registry/billing_group.h"
#include "registry/own_arn.h"

namespace gatehouse::api::iot {
namespace {

struct Words {
    std::string_view what;    // "thing"
    std::string_view prefix;  // of the resource in its ARN: "thing/"
    std::string_view name_field;
    std::string_view arn_field;
};

registry::Outcome<std::string> named(const Tenant& tenant, const std::optional<std::string>& name,
                                     const std::optional<std::string>& arn, const Words& words) {
    const auto wrong = [&](std::string_view why) {
        return registry::refuse(registry::Refusal::InvalidRequest,
                                fmt::format("{} {} and {}", why, words.name_field, words.arn_field),
                                std::string(words.name_field));
    };
    if (!name && !arn) return wrong("give one of");
    if (!arn) return *name;
    auto of_arn = registry::own_name(tenant, *arn, words.prefix, words.arn_field,
                                     fmt::format("the ARN of a {}", words.what));
    if (of_arn && name && *of_arn != *name) return wrong("not the same is meant by");
    return of_arn;
}

}  // namespace

registry::Outcome<registry::ThingName> thing_named(const Tenant& tenant,
                                                   const std::optional<std::string>& name,
                                                   const std::optional<std::string>& arn) {
    auto found = named(tenant, name, arn, {"thing", "thing/", "thingName", "thingArn"});
    if (!found) return registry::refuse(std::move(found.error()));
    return registry::ThingName(std::move(*found));
}

registry::Outcome<registry::ThingGroupName> thing_group_named(
    const Tenant& tenant, const std::optional<std::string>& name,
    const std::optional<std::string>& arn) {
    auto found =
        named(tenant, name, arn,
              {"thing group", registry::thing_group_resource, "thingGroupName", "thingGroupArn"});
    if (!found) return registry::refuse(std::move(found.error()));
    return registry::ThingGroupName(std::move(*found));
}

registry::Outcome<registry::BillingGroupName> billing_group_named(
    const Tenant& tenant, const std::optional<std::string>& name,
    const std::optional<std::string>& arn) {
    auto found = named(
        tenant, name, arn,
        {"billing group", registry::billing_group_resource, "billingGroupName", "billingGroupArn"});
    if (!found) return registry::refuse(std::move(found.error()));
    return registry::BillingGroupName(std::move(*found));
}

}  // namespace gatehouse::api::iot
