// What a policy can be attached to.
// Source: AWS IoT API Reference, AttachPolicy: "the identity to which the policy is attached", a
// certificate's ARN, a thing group's ARN or an Amazon Cognito identity's id.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/tenant.h"
#include "registry/refusal.h"

namespace gatehouse::registry {

struct PolicyTarget {
    enum class Kind : std::uint8_t { Certificate, ThingGroup, CognitoIdentity };
    Kind kind = Kind::Certificate;
    std::string name;  // the certificate's id, the group's name, the identity's id
    std::string text;  // as it was given

    bool operator==(const PolicyTarget&) const = default;
};

// InvalidRequest, naming the field, when it is none of these or another tenant's.
Outcome<PolicyTarget> parse_policy_target(const Tenant& tenant, std::string_view text,
                                          std::string_view field = "target");

// Of a thing: a certificate's ARN or a Cognito identity's id.
Outcome<PolicyTarget> parse_principal(const Tenant& tenant, std::string_view text,
                                      std::string_view field = "principal");

}  // namespace gatehouse::registry
