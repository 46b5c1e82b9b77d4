// "It exists, but in another tenant": the sentence that ends most searches for a missing resource.
#pragma once

#include <span>
#include <string>

#include "base/tenant.h"

namespace gatehouse::registry {

// "account 000000000000, region us-east-1"
std::string describe(const Tenant& tenant);

// Which tenant has what is missing `here`, and what to change to reach it; starts with "; ".
// Empty when `found` holds no other tenant.
std::string describe_elsewhere(const Tenant& here, std::span<const Tenant> found);

}  // namespace gatehouse::registry
