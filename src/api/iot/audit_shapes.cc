#include "api/iot/audit_shapes.h"

#include <fmt/format.h>

#include <vector>

#include "api/iot/errors.h"
#include "api/shapes/iot/errors.h"

namespace gatehouse::api::iot {
namespace {

std::unexpected<wire::Failure> refused_identifier(std::string_view why) {
    return wire::fail_as(errors::invalid_request_exception,
                         fmt::format("resourceIdentifier: {}", why));
}

}  // namespace

ResourceIdentifier shape_of(const audit::ResourceIdentifier& identifier) {
    using enum audit::ResourceType;
    ResourceIdentifier shape;
    switch (identifier.type) {
        case DeviceCertificate: shape.device_certificate_id = identifier.id; break;
        case CaCertificate: shape.ca_certificate_id = identifier.id; break;
        case IotPolicy:
            shape.policy_version_identifier = PolicyVersionIdentifier{
                .policy_name = identifier.id, .policy_version_id = identifier.version};
            break;
        case CognitoIdentityPool: shape.cognito_identity_pool_id = identifier.id; break;
        case ClientId: shape.client_id = identifier.id; break;
        case AccountSettings: shape.account = identifier.id; break;
        case RoleAlias: shape.role_alias_arn = identifier.id; break;
        case IamRole: shape.iam_role_arn = identifier.id; break;
        case IssuerCertificate:
            shape.issuer_certificate_identifier =
                IssuerCertificateIdentifier{.issuer_id = identifier.id};
            break;
    }
    return shape;
}

RelatedResource related_of(const audit::AuditedResource& resource) {
    RelatedResource shape{.resource_type = shape_named_as<ResourceType>(resource.identifier.type),
                          .resource_identifier = shape_of(resource.identifier)};
    if (!resource.additional.empty()) shape.additional_info = resource.additional;
    return shape;
}

AuditFinding shape_of(const audit::Finding& finding) {
    const RelatedResource resource = related_of(finding.resource);
    AuditFinding shape{
        .finding_id = finding.id.value(),
        .task_id = finding.task.value(),
        .check_name = std::string(name_of_choice(finding.check)),
        .task_start_time = finding.task_started,
        .finding_time = finding.found,
        .severity = shape_named_as<AuditFindingSeverity>(audit::facts_of(finding.check).severity),
        .non_compliant_resource =
            NonCompliantResource{.resource_type = resource.resource_type,
                                 .resource_identifier = resource.resource_identifier,
                                 .additional_info = resource.additional_info},
        .related_resources = std::vector<RelatedResource>(),
        .reason_for_non_compliance = finding.reason,
        .reason_for_non_compliance_code = finding.reason_code,
        .is_suppressed = finding.suppressed};
    for (const audit::AuditedResource& each : finding.related) {
        shape.related_resources->push_back(related_of(each));
    }
    return shape;
}

wire::Outcome<audit::ResourceIdentifier> identifier_of(const ResourceIdentifier& identifier) {
    using enum audit::ResourceType;
    std::vector<audit::ResourceIdentifier> named;
    const auto add = [&](audit::ResourceType type, const std::optional<std::string>& id) {
        if (id) named.push_back({type, *id, ""});
    };
    add(DeviceCertificate, identifier.device_certificate_id);
    add(CaCertificate, identifier.ca_certificate_id);
    add(CognitoIdentityPool, identifier.cognito_identity_pool_id);
    add(ClientId, identifier.client_id);
    add(AccountSettings, identifier.account);
    add(IamRole, identifier.iam_role_arn);
    add(RoleAlias, identifier.role_alias_arn);
    if (const auto& policy = identifier.policy_version_identifier) {
        named.push_back(
            {IotPolicy, policy->policy_name.value_or(""), policy->policy_version_id.value_or("")});
        if (named.back().id.empty() || named.back().version.empty()) {
            return refused_identifier("a policy is named by policyName and policyVersionId");
        }
    }
    if (identifier.issuer_certificate_identifier || identifier.device_certificate_arn) {
        return refused_identifier("no check that this server makes is about issuers' certificates");
    }
    if (named.size() != 1) return refused_identifier("it has to name one resource");
    return std::move(named.front());
}

wire::Outcome<audit::Check> check_named(const std::string& name) {
    if (const auto check = parse_choice<audit::Check>(name)) return *check;
    return wire::fail_as(errors::invalid_request_exception,
                         fmt::format("checkName: there is no check '{}'", name));
}

}  // namespace gatehouse::api::iot
