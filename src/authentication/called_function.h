// Functions that the service calls for what the registry holds: which one an ARN names, and whether
// it lets itself be called.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/tenant.h"
#include "functions/invoker.h"

namespace gatehouse::authentication {

// "arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]", or a bare name, which is the tenant's.
functions::FunctionRef called_function(std::string_view function_arn, const Tenant& tenant);

// Whether a function lets the service call it (its resource policy).
class InvokePermissions {
public:
    virtual ~InvokePermissions() = default;
    // For a resource of the tenant: an authorizer, a domain configuration. Nothing: allowed. Else a
    // sentence that names the missing permission. Any thread.
    virtual std::optional<std::string> problem(const functions::FunctionRef& function,
                                               const Tenant& tenant,
                                               std::string_view resource_arn) const = 0;
};

}  // namespace gatehouse::authentication
