#include "registry/policy_target.h"

#include <fmt/format.h>

#include <algorithm>

#include "registry/own_arn.h"

namespace gatehouse::registry {
namespace {

constexpr std::size_t certificate_id_digits = 64;
constexpr std::string_view certificate_prefix = "cert/";
constexpr std::string_view group_prefix = "thinggroup/";

bool is_certificate_id(std::string_view text) {
    return text.size() == certificate_id_digits &&
           text.find_first_not_of("0123456789abcdef") == text.npos;
}

// us-east-1:1a2b3c4d-1a2b-1a2b-1a2b-1a2b3c4d5e6f
bool is_cognito_identity(std::string_view text) {
    constexpr std::size_t uuid_length = 36;
    const auto colon = text.find(':');
    return colon != text.npos && colon > 0 && text.size() - colon - 1 == uuid_length &&
           text.find_first_not_of("0123456789abcdefABCDEF-", colon + 1) == text.npos;
}

}  // namespace

Outcome<PolicyTarget> parse_policy_target(const Tenant& tenant, std::string_view text,
                                          std::string_view field) {
    const auto wrong = [&](std::string why) {
        return refuse(Refusal::InvalidRequest, fmt::format("{}: {}", field, why),
                      std::string(field));
    };
    const auto target = [&](PolicyTarget::Kind kind, std::string_view name) {
        return PolicyTarget{kind, std::string(name), std::string(text)};
    };
    if (is_cognito_identity(text)) return target(PolicyTarget::Kind::CognitoIdentity, text);
    const auto resource = own_resource(tenant, text, field,
                                       "the ARN of a certificate or a thing group, or the id of an "
                                       "Amazon Cognito identity");
    if (!resource) return refuse(resource.error());
    if (resource->starts_with(certificate_prefix)) {
        const std::string id = resource->substr(certificate_prefix.size());
        if (is_certificate_id(id)) return target(PolicyTarget::Kind::Certificate, id);
        return wrong("a certificate's id has 64 lower-case hexadecimal digits");
    }
    if (resource->starts_with(group_prefix) && resource->size() > group_prefix.size()) {
        return target(PolicyTarget::Kind::ThingGroup, resource->substr(group_prefix.size()));
    }
    return wrong(
        "policies are attached to certificates (cert/ID), thing groups "
        "(thinggroup/NAME) and Cognito identities");
}

Outcome<PolicyTarget> parse_principal(const Tenant& tenant, std::string_view text,
                                      std::string_view field) {
    auto principal = parse_policy_target(tenant, text, field);
    if (!principal || principal->kind != PolicyTarget::Kind::ThingGroup) return principal;
    return refuse(Refusal::InvalidRequest,
                  fmt::format("{}: a thing group is no principal; give a certificate's ARN or an "
                              "Amazon Cognito identity's id",
                              field),
                  std::string(field));
}

}  // namespace gatehouse::registry
