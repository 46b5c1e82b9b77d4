#include "iam/managed_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "base/arn.h"
#include "iam/identity.h"

namespace gatehouse::iam {
namespace {

std::string policy_with(std::string_view statements) {
    return fmt::format(R"({{"Version":"2012-10-17","Statement":[{}]}})", statements);
}

// `further`: one more statement.
std::string allow(std::string_view actions, std::string_view further = "") {
    return policy_with(fmt::format(R"({{"Effect":"Allow","Action":[{}],"Resource":"*"}}{}{})",
                                   actions, further.empty() ? "" : ",", further));
}

ManagedPolicy aws_policy(std::string_view name, std::string_view path, std::string document) {
    ManagedPolicy policy{.name = PolicyName(std::string(name)),
                         .is_aws = true,
                         .path = std::string(path),
                         .id = "ANPA" + std::string(name),
                         .versions = {{.document = std::move(document)}}};
    return policy;
}

std::string things_registration() {
    return allow(R"("iot:AddThingToBillingGroup","iot:AddThingToThingGroup","iot:AttachPolicy",)"
                 R"("iot:AttachPrincipalPolicy","iot:AttachThingPrincipal",)"
                 R"("iot:CreateCertificateFromCsr","iot:CreatePolicy","iot:CreateThing",)"
                 R"("iot:DescribeBillingGroup","iot:DescribeCertificate","iot:DescribeThing",)"
                 R"("iot:DescribeThingGroup","iot:DescribeThingType","iot:DetachPolicy",)"
                 R"("iot:DetachThingPrincipal","iot:GetPolicy","iot:ListAttachedPolicies",)"
                 R"("iot:ListPolicyPrincipals","iot:ListPrincipalPolicies",)"
                 R"("iot:ListPrincipalThings","iot:ListTargetsForPolicy",)"
                 R"("iot:ListThingGroupsForThing","iot:ListThingPrincipals",)"
                 R"("iot:RegisterCertificate","iot:RegisterThing",)"
                 R"("iot:RemoveThingFromBillingGroup","iot:RemoveThingFromThingGroup",)"
                 R"("iot:UpdateCertificate","iot:UpdateThing","iot:UpdateThingGroupsForThing")");
}

// The actions of services that are not served here are left out.
std::vector<ManagedPolicy> make_aws_policies() {
    constexpr std::string_view service_role = "/service-role/";
    std::vector<ManagedPolicy> all;
    all.push_back(aws_policy("AWSIoTConfigAccess", "/",
                             allow(R"("iot:Add*","iot:Attach*","iot:Cancel*","iot:Clear*",)"
                                   R"("iot:Create*","iot:Delete*","iot:Deprecate*",)"
                                   R"("iot:Describe*","iot:Detach*","iot:Get*","iot:List*",)"
                                   R"("iot:Register*","iot:Remove*","iot:Set*","iot:Tag*",)"
                                   R"("iot:Test*","iot:Untag*","iot:Update*")")));
    all.push_back(aws_policy("AWSIoTConfigReadOnlyAccess", "/",
                             allow(R"("iot:Describe*","iot:Get*","iot:List*","iot:Test*")")));
    all.push_back(
        aws_policy("AWSIoTDataAccess", "/",
                   allow(R"("iot:Connect","iot:Publish","iot:Subscribe","iot:Receive",)"
                         R"("iot:GetThingShadow","iot:UpdateThingShadow","iot:DeleteThingShadow",)"
                         R"("iot:ListNamedShadowsForThing")")));
    all.push_back(aws_policy("AWSIoTFullAccess", "/", allow(R"("iot:*","iotjobsdata:*")")));
    all.push_back(aws_policy("AWSIoTRuleActions", service_role,
                             allow(R"("lambda:InvokeFunction","logs:CreateLogStream",)"
                                   R"("logs:PutLogEvents","iot:Publish")")));
    all.push_back(aws_policy("AWSIoTLogging", service_role,
                             allow(R"("logs:CreateLogGroup","logs:CreateLogStream",)"
                                   R"("logs:PutLogEvents","logs:PutMetricFilter",)"
                                   R"("logs:PutRetentionPolicy","iot:GetLoggingOptions",)"
                                   R"("iot:SetLoggingOptions","iot:SetV2LoggingOptions",)"
                                   R"("iot:GetV2LoggingOptions","iot:SetV2LoggingLevel",)"
                                   R"("iot:ListV2LoggingLevels","iot:DeleteV2LoggingLevel")")));
    all.push_back(aws_policy("AWSIoTThingsRegistration", service_role, things_registration()));
    all.push_back(aws_policy("AWSLambdaBasicExecutionRole", service_role,
                             allow(R"("logs:CreateLogGroup","logs:CreateLogStream",)"
                                   R"("logs:PutLogEvents")")));
    all.push_back(aws_policy("AWSLambda_FullAccess", "/",
                             allow(R"("lambda:*","logs:DescribeLogStreams",)"
                                   R"("logs:GetLogEvents","logs:FilterLogEvents",)"
                                   R"("iam:GetPolicy","iam:GetPolicyVersion","iam:GetRole",)"
                                   R"("iam:GetRolePolicy","iam:ListAttachedRolePolicies",)"
                                   R"("iam:ListRolePolicies","iam:ListRoles")",
                                   R"({"Effect":"Allow","Action":"iam:PassRole","Resource":"*",)"
                                   R"("Condition":{"StringEquals":{"iam:PassedToService":)"
                                   R"("lambda.amazonaws.com"}}})")));
    all.push_back(aws_policy("AWSLambda_ReadOnlyAccess", "/",
                             allow(R"("lambda:Get*","lambda:List*","logs:DescribeLogGroups",)"
                                   R"("iam:GetRole","iam:GetRolePolicy",)"
                                   R"("iam:ListAttachedRolePolicies","iam:ListRolePolicies",)"
                                   R"("iam:ListRoles")")));
    all.push_back(aws_policy("AdministratorAccess", "/", allow(R"("*")")));
    all.push_back(aws_policy("CloudWatchLogsFullAccess", "/", allow(R"("logs:*")")));
    all.push_back(
        aws_policy("CloudWatchLogsReadOnlyAccess", "/",
                   allow(R"("logs:Describe*","logs:Get*","logs:List*","logs:FilterLogEvents")")));
    all.push_back(aws_policy("IAMFullAccess", "/", allow(R"("iam:*")")));
    all.push_back(aws_policy("IAMReadOnlyAccess", "/", allow(R"("iam:Get*","iam:List*")")));
    all.push_back(
        aws_policy("PowerUserAccess", "/",
                   policy_with(R"({"Effect":"Allow","NotAction":["iam:*"],"Resource":"*"})")));
    all.push_back(aws_policy(
        "ReadOnlyAccess", "/",
        allow(R"("iam:Get*","iam:List*","iot:Describe*","iot:Get*","iot:List*","lambda:Get*",)"
              R"("lambda:List*","logs:Describe*","logs:FilterLogEvents","logs:Get*","logs:List*",)"
              R"("sts:GetCallerIdentity")")));
    std::ranges::sort(all, {}, &ManagedPolicy::name);
    return all;
}

}  // namespace

const ManagedPolicyVersion* ManagedPolicy::version(std::string_view wanted) const {
    const auto found = std::ranges::find(versions, wanted, &ManagedPolicyVersion::id);
    return found == versions.end() ? nullptr : &*found;
}

const ManagedPolicyVersion& ManagedPolicy::counting() const {
    const auto found = std::ranges::find(versions, default_version, &ManagedPolicyVersion::number);
    assert(found != versions.end());
    return *found;
}

std::string ManagedPolicy::link_end() const {
    return (is_aws ? "aws/" : "local/") + name.value();
}

std::string arn_of(const Tenant& tenant, const ManagedPolicy& policy) {
    const std::string resource = fmt::format("policy{}{}", policy.path, policy.name.view());
    return policy.is_aws ? fmt::format("arn:{}:iam::aws:{}", partition_of(tenant.region), resource)
                         : iam_arn(tenant, resource);
}

std::optional<PolicyArn> parse_policy_arn(const Tenant& tenant, std::string_view text) {
    const auto arn = parse_arn(text);
    if (!arn || arn->service != "iam" || !arn->resource.starts_with("policy/")) return std::nullopt;
    if (!arn->region.empty() || !is_of_own_partition(*arn, tenant.region)) return std::nullopt;
    if (arn->account != "aws" && arn->account != tenant.account.view()) return std::nullopt;
    const std::string_view rest = std::string_view(arn->resource).substr(6);
    const auto slash = rest.rfind('/');
    return PolicyArn{.is_aws = arn->account == "aws",
                     .path = std::string(rest.substr(0, slash + 1)),
                     .name = PolicyName(std::string(rest.substr(slash + 1)))};
}

const std::vector<ManagedPolicy>& aws_managed_policies() {
    static const std::vector<ManagedPolicy> all = make_aws_policies();
    return all;
}

const ManagedPolicy* find_aws_managed(std::string_view name) {
    const auto& all = aws_managed_policies();
    const auto found =
        std::ranges::find(all, name, [](const ManagedPolicy& each) { return each.name.view(); });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace gatehouse::iam
