// Users, groups and roles: what they have in common is all there is to most of them.
// Source: IAM API Reference, User, Group, Role; IAM User Guide, "IAM identifiers".
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/choice.h"
#include "base/clock.h"
#include "base/resource_tags.h"
#include "base/tenant.h"

namespace gatehouse::iam {

enum class IdentityKind : std::uint8_t { User, Group, Role };

// One of an account. IAM knows no regions: those of tenants here only tell the ARNs' partition.
struct IdentityName {
    IdentityKind kind = IdentityKind::User;
    std::string name;

    // "user/alice", by which links and messages know it.
    std::string text() const;
    bool operator==(const IdentityName&) const = default;
};

// The other way round of text(); empty when it is none.
std::optional<IdentityName> parse_identity_name(std::string_view text);

struct Identity {
    IdentityName name;
    std::string path = "/";
    std::string id;  // "AIDA…": of this one among all that have had its name
    WallTime created{};
    std::map<std::string, std::string> policies;  // inline ones: documents as they were given
    ResourceTags tags;
    // Of roles:
    std::string trust_policy;
    // The ids of those whom it names, by the ARNs that it names them by; a name that nobody had
    // when it was written is not among them.
    std::map<std::string, std::string> trusted_ids;
    std::string description;
    std::int32_t session_seconds_max = 3600;

    bool operator==(const Identity&) const = default;
};

// arn:aws:iam::ACCOUNT:user/PATH/NAME
std::string arn_of(const Tenant& tenant, const Identity& identity);
// "AIDA", "AGPA", "AROA".
std::string_view id_prefix(IdentityKind kind);

// arn:aws:iam::ACCOUNT:RESOURCE
std::string iam_arn(const Tenant& tenant, std::string_view resource);

}  // namespace gatehouse::iam

template <>
struct gatehouse::ChoiceNames<gatehouse::iam::IdentityKind> {
    static constexpr std::array<std::string_view, 3> names{"user", "group", "role"};
};
