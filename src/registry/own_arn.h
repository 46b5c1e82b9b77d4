// ARNs that callers give for what they own.
#pragma once

#include <string>
#include <string_view>

#include "base/tenant.h"
#include "registry/refusal.h"

namespace gatehouse::registry {

// What follows the account in an ARN of service iot that is the tenant's: "thing/lamp".
// InvalidRequest, naming the field, for another text; `wanted` says what would have done ("the ARN
// of a thing").
Outcome<std::string> own_resource(const Tenant& tenant, std::string_view arn_text,
                                  std::string_view field, std::string_view wanted);

// "NAME" out of PREFIX + "NAME"; InvalidRequest, as above, when it is another type's or empty.
Outcome<std::string> own_name(const Tenant& tenant, std::string_view arn_text,
                              std::string_view prefix, std::string_view field,
                              std::string_view wanted);

}  // namespace gatehouse::registry
