#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "audit/examination_parts.h"
#include "audit/policy_probe.h"
#include "base/arn.h"
#include "iam/principal_policies.h"
#include "policy/compiled_policies.h"
#include "registry/role_alias_record.h"

namespace gatehouse::audit {
namespace {

constexpr std::array<std::string_view, 5> auditing_services{"iam", "cloudtrail", "guardduty",
                                                            "inspector", "trustedadvisor"};
constexpr std::string_view nobodys_name = "7f1c9a44-audited-by-name-of-nobody";

struct ForbiddenAction {
    std::string_view action;
    std::string_view resource;  // its type in the ARN; empty: "*"
    std::string_view reason_code;
};
constexpr std::string_view admin_reads = "ALLOWS_BROAD_ACCESS_TO_IOT_THING_ADMIN_READ_ACTIONS";
constexpr std::string_view admin_writes = "ALLOWS_ACCESS_TO_IOT_THING_ADMIN_WRITE_ACTIONS";
constexpr std::string_view other_admin = "ALLOWS_ACCESS_TO_IOT_NON_THING_ADMIN_ACTIONS";
constexpr std::array<ForbiddenAction, 15> forbidden_actions{{
    {"iot:DescribeThing", "thing", admin_reads},
    {"iot:ListThingGroupsForThing", "thing", admin_reads},
    {"iot:ListThings", "", admin_reads},
    {"iot:CreateThing", "thing", admin_writes},
    {"iot:UpdateThing", "thing", admin_writes},
    {"iot:DeleteThing", "thing", admin_writes},
    {"iot:AttachPolicy", "cert", other_admin},
    {"iot:CreateKeysAndCertificate", "", other_admin},
    {"iot:CreatePolicy", "policy", other_admin},
    {"iot:CreatePolicyVersion", "policy", other_admin},
    {"iot:CreateRoleAlias", "rolealias", other_admin},
    {"iot:CreateTopicRule", "rule", other_admin},
    {"iot:DeleteCertificate", "cert", other_admin},
    {"iot:SetDefaultAuthorizer", "authorizer", other_admin},
    {"iot:UpdateCertificate", "cert", other_admin},
}};

using Sources = std::vector<policy::PolicySource>;

bool permits_auditing(const Sources& sources) {
    for (const policy::PolicySource& source : sources) {
        for (const policy::Statement& statement : source.document->statements) {
            if (statement.effect != policy::Effect::Allow) continue;
            for (const std::string& action : statement.actions) {
                const std::string_view service =
                    std::string_view(action).substr(0, action.find(':'));
                const bool is_one = std::ranges::count(auditing_services, service) > 0;
                if (action == "*" || is_one) return true;
            }
        }
    }
    return false;
}

// Whether a statement permits all actions of a service.
bool permits_whole_services(const Sources& sources) {
    return std::ranges::any_of(sources, [](const policy::PolicySource& source) {
        return std::ranges::any_of(
            source.document->statements, [](const policy::Statement& statement) {
                return statement.effect == policy::Effect::Allow &&
                       std::ranges::any_of(statement.actions, [](std::string_view action) {
                           return action == "*" || action == "iot:*";
                       });
            });
    });
}

// The reasons, each once.
std::set<std::string_view> reasons_against(const Sources& sources, const Tenant& tenant,
                                           const policy::Variables& variables) {
    std::set<std::string_view> reasons;
    if (permits_auditing(sources)) reasons.insert("ALLOWS_ACCESS_TO_SECURITY_AUDITING_SERVICES");
    if (permits_whole_services(sources)) reasons.insert("ALLOWS_BROAD_ACCESS_TO_USED_SERVICES");
    const auto policies = policy::compile_for_requests(sources, variables);
    for (const ForbiddenAction& forbidden : forbidden_actions) {
        const std::string resource =
            forbidden.resource.empty()
                ? std::string("*")
                : make_arn(tenant, "iot", fmt::format("{}/{}", forbidden.resource, nobodys_name));
        if (policies->decide({.action = forbidden.action, .resource = resource}).allowed()) {
            reasons.insert(forbidden.reason_code);
        }
    }
    if (broad_permission(sources, tenant)) {
        reasons.insert("ALLOWS_BROAD_ACCESS_TO_IOT_DATA_PLANE_ACTIONS");
    }
    return reasons;
}

std::string sentence_of(std::string_view code) {
    if (code == "ALLOWS_ACCESS_TO_SECURITY_AUDITING_SERVICES") {
        return "The role allows access to services that audit security.";
    }
    if (code == "ALLOWS_BROAD_ACCESS_TO_USED_SERVICES") {
        return "The role allows all actions of services that are used.";
    }
    if (code == admin_reads) return "The role allows broad access to the metadata of things.";
    if (code == admin_writes) return "The role allows changes of things.";
    if (code == other_admin) return "The role allows actions that administer AWS IoT.";
    return "The role allows broad access to IoT data plane actions.";
}

// The session's ARN of a role whose ARN has its path.
std::string session_of(const Tenant& tenant, std::string_view role_arn) {
    const std::string_view name = role_arn.substr(role_arn.rfind('/') + 1);
    return fmt::format("arn:{}:sts::{}:assumed-role/{}/audit", partition_of(tenant.region),
                       tenant.account.view(), name);
}

Result<void> note_role_alias(const storage::Record& record, const Examination& examination,
                             ExaminedPage& page) {
    const auto alias = registry::decode_role_alias(record);
    if (!alias) return fail(alias.error());
    ++page.looked_at;
    const iam::Principal principal{.account = examination.tenant.account,
                                   .region = examination.tenant.region,
                                   .arn = session_of(examination.tenant, alias->role_arn)};
    const auto read = iam::read_principal_policies(examination.store, principal, examination.clock);
    if (!read) return fail(read.error());
    for (const std::string_view code :
         reasons_against(read->sources, examination.tenant, read->variables)) {
        page.found.push_back({.resource = {.identifier = {.type = ResourceType::RoleAlias,
                                                          .id = alias->arn(),
                                                          .version = ""},
                                           .additional = {}},
                              .related = {{.identifier = {.type = ResourceType::IamRole,
                                                          .id = alias->role_arn,
                                                          .version = ""},
                                           .additional = {}}},
                              .reason = sentence_of(code),
                              .reason_code = std::string(code)});
    }
    return {};
}

}  // namespace

Outcome<ExaminedPage> examine_role_aliases(const Examination& examination) {
    return examine_records(examination, registry::role_alias_kind,
                           [&](const storage::Record& record, ExaminedPage& page) {
                               return note_role_alias(record, examination, page);
                           });
}

}  // namespace gatehouse::audit
