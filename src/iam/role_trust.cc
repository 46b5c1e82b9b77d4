#include "iam/role_trust.h"

#include <memory>
#include <utility>

#include "policy/compiled_policies.h"
#include "policy/document.h"

namespace gatehouse::iam {

Result<bool> trusts(const Identity& role, const ServiceAsking& asking, const Clock& clock) {
    auto document = policy::parse_document(role.trust_policy, policy::Dialect::TrustPolicy);
    if (!document) return fail(ErrorKind::Corrupt, document.error().describe());
    policy::Variables variables;
    variables.set_clock(clock);
    variables.set("aws:PrincipalIsAWSService", std::string("true"));
    variables.set("aws:PrincipalServiceName", std::string(asking.service));
    variables.set("aws:ViaAWSService", std::string("false"));
    variables.set("aws:ResourceAccount", asking.tenant.account.value());
    variables.set("sts:RoleSessionName", std::string(asking.session));
    add_tags_of_role(role, variables);
    for (const policy::Variable& each : asking.context) variables.set(each.name, each.values);
    const policy::RequestPolicies trust(
        {{"trust policy", std::make_shared<const policy::Document>(std::move(*document))}},
        variables);
    return trust.decide({"sts:AssumeRole", asking.role_arn, {}, {asking.service, ""}}).allowed();
}

void add_tags_of_role(const Identity& role, policy::Variables& variables) {
    for (const std::string_view family : {"aws:ResourceTag/", "iam:ResourceTag/"}) {
        for (const auto& [key, value] : role.tags) {
            variables.set(std::string(family) + key, value);
        }
        variables.set_family_absent(std::string(family), "the role has no such tag");
    }
}

}  // namespace gatehouse::iam
