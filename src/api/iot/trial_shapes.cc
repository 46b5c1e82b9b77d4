#include "api/iot/trial_shapes.h"

#include <utility>

#include "api/iot/policy_shapes.h"
#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {
namespace {

policy::Action action_of(ActionType type) {
    switch (type) {
        case ActionType::Publish: return policy::Action::Publish;
        case ActionType::Subscribe: return policy::Action::Subscribe;
        case ActionType::Receive: return policy::Action::Receive;
        case ActionType::Connect: return policy::Action::Connect;
    }
    return policy::Action::Connect;
}

AuthDecision decision_of(policy::Outcome outcome) {
    switch (outcome) {
        case policy::Outcome::Allowed: return AuthDecision::Allowed;
        case policy::Outcome::DeniedExplicitly: return AuthDecision::ExplicitDeny;
        case policy::Outcome::DeniedByDefault: return AuthDecision::ImplicitDeny;
    }
    return AuthDecision::ImplicitDeny;
}

std::vector<registry::PolicyName> names_of(std::optional<std::vector<std::string>> texts) {
    std::vector<registry::PolicyName> names;
    if (!texts) return names;
    for (std::string& text : *texts) names.emplace_back(std::move(text));
    return names;
}

std::vector<Policy> shapes_of(const Tenant& tenant,
                              const std::vector<registry::PolicyName>& names) {
    std::vector<Policy> shapes;
    for (const registry::PolicyName& name : names) shapes.push_back(iot::shape_of(tenant, name));
    return shapes;
}

}  // namespace

registry::Outcome<std::optional<registry::PolicyTarget>> principal_of(
    const Tenant& tenant, const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    auto principal = registry::parse_policy_target(tenant, *text, "principal");
    if (!principal) return registry::refuse(std::move(principal.error()));
    return std::move(*principal);
}

wire::Outcome<registry::AuthorizationTrial> trial_of(
    std::optional<registry::PolicyTarget> principal, TestAuthorizationRequest request) {
    registry::AuthorizationTrial trial{
        .principal = std::move(principal),
        .client_id = std::move(request.client_id),
        .added = names_of(std::move(request.policy_names_to_add)),
        .skipped = names_of(std::move(request.policy_names_to_skip))};
    for (AuthInfo& info : request.auth_infos) {
        if (!info.action_type || info.resources.empty()) {
            return wire::fail_as(errors::invalid_request_exception,
                                 "authInfos: give each an actionType and at least one resource");
        }
        trial.questions.push_back({action_of(*info.action_type), std::move(info.resources)});
    }
    return trial;
}

AuthResult result_of(const Tenant& tenant, AuthInfo asked, const registry::TrialAnswer& answer) {
    return {
        .auth_info = std::move(asked),
        .allowed = Allowed{.policies = shapes_of(tenant, answer.allowing)},
        .denied =
            Denied{.implicit_deny = ImplicitDeny{.policies = shapes_of(tenant, answer.silent)},
                   .explicit_deny = ExplicitDeny{.policies = shapes_of(tenant, answer.denying)}},
        .auth_decision = decision_of(answer.outcome),
        .missing_context_values =
            std::vector<std::string>(answer.missing.begin(), answer.missing.end())};
}

}  // namespace gatehouse::api::iot
