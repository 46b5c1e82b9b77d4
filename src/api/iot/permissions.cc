#include "api/iot/permissions.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/arn.h"
#include "registry/provisioning_needs.h"
#include "registry/registered_certificate.h"

namespace gatehouse::api::iot {
namespace {

// What most operations are about, by the label in their path.
constexpr std::array<NamedResource, 11> labelled{
    {{"thingName", "thing/"},
     {"thingGroupName", "thinggroup/"},
     {"thingTypeName", "thingtype/"},
     {"billingGroupName", "billinggroup/"},
     {"policyName", "policy/"},
     {"authorizerName", "authorizer/"},
     {"certificateProviderName", "certificateprovider/"},
     {"roleAlias", "rolealias/"},
     {"scheduledAuditName", "scheduledaudit/"},
     {"indexName", "index/"},
     {"ruleName", "rule/"}}};
constexpr std::array<NamedResource, 2> certificates_by_id{
    {{"certificateId", "cert/"}, {"caCertificateId", "cacert/"}}};
// Memberships are about several at once: a request may name each of them by name, by ARN, or both.
constexpr std::array<NamedResource, 6> of_memberships{{{"thingName", "thing/"},
                                                       {"thingArn", ""},
                                                       {"thingGroupName", "thinggroup/"},
                                                       {"thingGroupArn", ""},
                                                       {"billingGroupName", "billinggroup/"},
                                                       {"billingGroupArn", ""}}};
constexpr std::array<std::string_view, 5> memberships{
    "AddThingToBillingGroup", "AddThingToThingGroup", "RemoveThingFromBillingGroup",
    "RemoveThingFromThingGroup", "UpdateThingGroupsForThing"};

constexpr std::array<std::string_view, 5> index_questions{
    "GetBucketsAggregation", "GetCardinality", "GetPercentiles", "GetStatistics", "SearchIndex"};

std::vector<std::string> membership_resources(const Caller& caller, const RequestNames& names) {
    std::vector<std::string> resources;
    for (const NamedResource& each : of_memberships) {
        if (const auto name = names.in_body(each.member)) {
            resources.push_back(each.arn(caller.tenant, "iot", *name));
        }
    }
    for (const char* list : {"thingGroupsToAdd", "thingGroupsToRemove"}) {
        for (const std::string& group : names.list_in_body(list)) {
            resources.push_back(make_arn(caller.tenant, "iot", "thinggroup/" + group));
        }
    }
    if (resources.empty()) resources.emplace_back("*");
    return resources;
}

// Ids of certificates are told in any case, and mean the same; policies have them in lower case.
std::optional<std::string> certificate_resource(const Tenant& tenant, const RequestNames& names) {
    for (const NamedResource& each : certificates_by_id) {
        const auto id = names.label(each.member);
        if (!id) continue;
        return each.arn(tenant, "iot", registry::certificate_id_of_text(*id).value());
    }
    return std::nullopt;
}

std::string resource_of(const Caller& caller, std::string_view operation,
                        const RequestNames& names) {
    // What a policy is attached to is their resource, not the policy.
    if (operation == "AttachPolicy" || operation == "DetachPolicy") {
        return names.in_body("target").value_or("*");
    }
    if (operation == "AttachPrincipalPolicy" || operation == "DetachPrincipalPolicy") {
        return names.in_header("x-amzn-iot-principal").value_or("*");
    }
    if (operation == "AttachThingPrincipal" || operation == "DetachThingPrincipal") {
        return names.in_header("x-amzn-principal").value_or("*");
    }
    if (operation == "ListAttachedPolicies") return names.label("target").value_or("*");
    if (operation == "TagResource" || operation == "UntagResource") {
        return names.in_body("resourceArn").value_or("*");
    }
    if (operation.contains("TopicRuleDestination")) {
        const auto arn =
            operation == "UpdateTopicRuleDestination" ? names.in_body("arn") : names.label("arn");
        return arn.value_or("*");
    }
    if (operation == "ListTagsForResource") return names.in_query("resourceArn").value_or("*");
    // The end of its ARN is made up, and not in the request.
    if (const auto domain = names.label("domainConfigurationName")) {
        return make_arn(caller.tenant, "iot", "domainconfiguration/" + *domain + "/*");
    }
    if (operation == "SetDefaultAuthorizer") {
        return make_arn(caller.tenant, "iot",
                        "authorizer/" + names.in_body("authorizerName").value_or(""));
    }
    if (std::ranges::count(index_questions, operation) > 0) {
        return make_arn(caller.tenant, "iot",
                        "index/" + names.in_body("indexName").value_or("AWS_Things"));
    }
    if (auto certificate = certificate_resource(caller.tenant, names)) return *certificate;
    return labelled_resource(caller.tenant, "iot", names, labelled);
}

// The operations by which something will act in a role's name, where their requests name the role,
// and what will act. Its trust policy has to name the same.
struct RolePasser {
    std::string_view operation;
    std::string_view within;  // the member that holds the role; empty: the body does
    std::string_view service;
    std::string_view member = "roleArn";
};
constexpr std::string_view iot_itself = "iot.amazonaws.com";
constexpr std::string_view credentials_provider = "credentials.iot.amazonaws.com";
constexpr std::array<RolePasser, 10> role_passers{
    {{"CreateRoleAlias", "", credentials_provider},
     {"RegisterCACertificate", "registrationConfig", iot_itself},
     {"SetLoggingOptions", "", iot_itself},
     {"SetV2LoggingOptions", "", iot_itself},
     {"StartThingRegistrationTask", "", iot_itself},
     {"UpdateAccountAuditConfiguration", "", iot_itself},
     {"UpdateCACertificate", "registrationConfig", iot_itself},
     {"UpdateEncryptionConfiguration", "", iot_itself, "kmsAccessRoleArn"},
     {"UpdatePackageConfiguration", "versionUpdateByJobsConfig", iot_itself},
     {"UpdateRoleAlias", "", credentials_provider}}};

// Actions name their roles wherever they want to, destinations in their VPC.
std::vector<PassedRole> roles_of_rule(const Tenant& tenant, const RequestNames& names) {
    std::vector<PassedRole> roles;
    for (const std::string& role : names.all_in_body("roleArn")) {
        PassedRole passed{passed_role(tenant, role), iot_itself};
        if (std::ranges::count(roles, passed) == 0) roles.push_back(std::move(passed));
    }
    return roles;
}

std::vector<PassedRole> passed_roles(const Tenant& tenant, std::string_view operation,
                                     const RequestNames& names) {
    if (operation == "CreateTopicRule" || operation == "ReplaceTopicRule" ||
        operation == "CreateTopicRuleDestination") {
        return roles_of_rule(tenant, names);
    }
    const auto* passer = std::ranges::find(role_passers, operation, &RolePasser::operation);
    if (passer == role_passers.end()) return {};
    const auto role = passer->within.empty() ? names.in_body(passer->member)
                                             : names.in_body_within(passer->within, passer->member);
    if (!role) return {};
    return {{passed_role(tenant, *role), passer->service}};
}

// What a template with these parameters comes to. One that comes to nothing is refused as it is.
std::vector<Permission> provisioning(const Tenant& tenant, const RequestNames& names) {
    const auto body = names.in_body("templateBody");
    const auto made = registry::ProvisioningTemplate::parse(body.value_or(""));
    if (!made) return {};
    const auto plan = registry::ProvisioningPlan::make(*made, names.map_in_body("parameters"));
    if (!plan) return {};
    std::vector<Permission> needed;
    for (registry::ProvisioningNeed& need : registry::needs_of(tenant, *plan)) {
        needed.push_back(
            {.action = std::move(need.action), .resources = std::move(need.resources)});
    }
    return needed;
}

}  // namespace

Permission permission_of(const Caller& caller, std::string_view operation,
                         const RequestNames& names) {
    Permission permission{.action = "iot:" + std::string(operation), .resources = {}};
    if (std::ranges::count(memberships, operation) > 0) {
        permission.resources = membership_resources(caller, names);
    } else {
        permission.resources = {resource_of(caller, operation, names)};
    }
    if (operation.ends_with("ThingPrincipal")) {
        const auto thing = names.label("thingName");
        permission.facts = {
            {"iot:thingArn", {make_arn(caller.tenant, "iot", "thing/" + thing.value_or(""))}, ""}};
    }
    permission.passed_roles = passed_roles(caller.tenant, operation, names);
    if (operation == "RegisterThing") permission.besides = provisioning(caller.tenant, names);
    return permission;
}

}  // namespace gatehouse::api::iot
