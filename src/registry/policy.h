// A policy of the registry: named, in up to five versions, one of which counts, attached to
// principals and groups.
// Source: AWS IoT API Reference, CreatePolicy, CreatePolicyVersion, GetPolicy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/named.h"
#include "base/tenant.h"
#include "registry/texts.h"

namespace gatehouse::registry {

using PolicyName = Named<std::string, struct PolicyNameTag>;            // [\w+=,.@-]{1,128}
using PolicyVersionId = Named<std::uint32_t, struct PolicyVersionTag>;  // from 1; never used again

struct PolicyVersion {
    PolicyVersionId id;
    std::string document;  // as it was given
    WallTime created{};

    bool operator==(const PolicyVersion&) const = default;
};

struct Policy {
    Tenant tenant;
    PolicyName name;
    std::vector<PolicyVersion> versions;  // oldest first; at least one
    PolicyVersionId default_version;      // one of them
    PolicyVersionId last_version;         // ever made
    std::string generation_id;            // of this policy among all that have had its name
    Texts tags;
    WallTime created{};
    WallTime modified{};

    // arn:aws:iot:REGION:ACCOUNT:policy/NAME
    std::string arn() const;
    // Null when there is none.
    const PolicyVersion* version(PolicyVersionId id) const;
    const PolicyVersion& counting() const { return *version(default_version); }
    bool operator==(const Policy&) const = default;
};

std::string arn_of(const Tenant& tenant, const PolicyName& name);

// "3"; none when it is no number of a version.
std::optional<PolicyVersionId> parse_policy_version(std::string_view text);
std::string text_of(PolicyVersionId id);

}  // namespace gatehouse::registry
