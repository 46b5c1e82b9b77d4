// Policies between the API's shapes and the registry's values.
#pragma once

#include <string_view>

#include "api/shapes/iot/types/policy.h"
#include "api/wire/failure.h"
#include "registry/policy.h"

namespace gatehouse::api::iot {

Policy shape_of(const Tenant& tenant, const registry::PolicyName& name);
// The model lets digits alone pass; a number that no version can have names none.
wire::Outcome<registry::PolicyVersionId> policy_version_of(std::string_view text);
std::unexpected<wire::Failure> no_version(const registry::PolicyName& name,
                                          registry::PolicyVersionId id);

}  // namespace gatehouse::api::iot
