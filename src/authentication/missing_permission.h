// What becomes of a call for which a function's resource policy has no permission.
#pragma once

#include "base/profile.h"
#include "base/tenant.h"
#include "functions/invoker.h"

namespace gatehouse::authentication {

// As the profile says, within an account. No profile opens one account's functions to another: they
// are called only with explicit permission.
inline MissingPermission rule_for(const functions::FunctionRef& function, const Tenant& caller,
                                  MissingPermission of_profile) {
    return function.tenant.account == caller.account ? of_profile : MissingPermission::Refuse;
}

}  // namespace gatehouse::authentication
