// Policies that are looked at and tried out, between the API's shapes and the registry's values.
#pragma once

#include <optional>
#include <string>

#include "api/shapes/iot/test_authorization.h"
#include "api/shapes/iot/types/auth_info.h"
#include "api/shapes/iot/types/auth_result.h"
#include "api/wire/failure.h"
#include "registry/authorization_trial.h"

namespace gatehouse::api::iot {

// A certificate's or a thing group's ARN, or a Cognito identity's id; none when none is given.
registry::Outcome<std::optional<registry::PolicyTarget>> principal_of(
    const Tenant& tenant, const std::optional<std::string>& text);

wire::Outcome<registry::AuthorizationTrial> trial_of(
    std::optional<registry::PolicyTarget> principal, TestAuthorizationRequest request);
AuthResult result_of(const Tenant& tenant, AuthInfo asked, const registry::TrialAnswer& answer);

}  // namespace gatehouse::api::iot
