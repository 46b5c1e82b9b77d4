#include "api/iot/policy_shapes.h"

#include <fmt/format.h>

#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {

Policy shape_of(const Tenant& tenant, const registry::PolicyName& name) {
    return {.policy_name = name.value(), .policy_arn = registry::arn_of(tenant, name)};
}

wire::Outcome<registry::PolicyVersionId> policy_version_of(std::string_view text) {
    if (const auto id = registry::parse_policy_version(text)) return *id;
    return wire::fail_as(errors::invalid_request_exception,
                         fmt::format("policyVersionId: {} is no version's number", text));
}

std::unexpected<wire::Failure> no_version(const registry::PolicyName& name,
                                          registry::PolicyVersionId id) {
    return wire::fail_as(errors::resource_not_found_exception,
                         fmt::format("policy '{}' has no version {}", name.view(), id.value()));
}

}  // namespace gatehouse::api::iot
