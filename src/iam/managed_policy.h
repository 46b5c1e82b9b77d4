// Managed policies: of an account, in up to five versions, and those that AWS manages and every
// account has.
// Source: IAM API Reference, Policy, PolicyVersion; AWS Managed Policy Reference Guide.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/named.h"
#include "base/resource_tags.h"
#include "base/tenant.h"

namespace gatehouse::iam {

using PolicyName = Named<std::string, struct PolicyNameTag>;

struct ManagedPolicyVersion {
    std::int64_t number = 1;  // "v1"; never used again
    std::string document;     // as it was given
    WallTime created{};

    std::string id() const { return "v" + std::to_string(number); }
    bool operator==(const ManagedPolicyVersion&) const = default;
};

struct ManagedPolicy {
    PolicyName name;
    bool is_aws = false;  // managed by AWS
    std::string path = "/";
    std::string id;  // "ANPA…"
    std::string description;
    std::vector<ManagedPolicyVersion> versions;  // oldest first; at least one
    std::int64_t default_version = 1;            // one of them
    std::int64_t last_version = 1;               // ever made
    ResourceTags tags;
    WallTime created{};
    WallTime updated{};

    // Null when there is none; ids are "v1" and so on.
    const ManagedPolicyVersion* version(std::string_view id) const;
    const ManagedPolicyVersion& counting() const;
    // "local/NAME", "aws/NAME": one end of its attachments.
    std::string link_end() const;
    bool operator==(const ManagedPolicy&) const = default;
};

// arn:aws:iam::ACCOUNT:policy/PATH/NAME; "aws" in place of the account for those of AWS.
std::string arn_of(const Tenant& tenant, const ManagedPolicy& policy);

// What an ARN says of a policy: whose it is, with path and name.
struct PolicyArn {
    bool is_aws = false;
    std::string path;
    PolicyName name;
};
// Nothing when it is no ARN of a policy that this account may use.
std::optional<PolicyArn> parse_policy_arn(const Tenant& tenant, std::string_view arn);

// Those of AWS that are known here, by name.
const std::vector<ManagedPolicy>& aws_managed_policies();
const ManagedPolicy* find_aws_managed(std::string_view name);

}  // namespace gatehouse::iam
