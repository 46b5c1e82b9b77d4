// A role alias: another name for a role, which devices with certificates ask credentials by.
// Source: AWS IoT API Reference, CreateRoleAlias, RoleAliasDescription; Developer Guide,
// "Authorizing direct calls to AWS services using AWS IoT Core credential provider".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/named.h"
#include "base/tenant.h"
#include "registry/texts.h"

namespace gatehouse::registry {

using RoleAliasName = Named<std::string, struct RoleAliasNameTag>;  // [\w=,@-]{1,128}

inline constexpr std::uint32_t credential_seconds_usual = 3600;
inline constexpr std::size_t role_aliases_max = 100;  // a tenant

struct RoleAlias {
    Tenant tenant;
    RoleAliasName name;
    std::string role_arn;
    std::uint32_t credential_seconds = credential_seconds_usual;  // 900 to 43,200
    Texts tags;
    WallTime created{};
    WallTime modified{};

    // arn:aws:iot:REGION:ACCOUNT:rolealias/NAME
    std::string arn() const;
    bool operator==(const RoleAlias&) const = default;
};

// What CreateRoleAlias is given.
struct NewRoleAlias {
    RoleAliasName name;
    std::string role_arn;
    std::uint32_t credential_seconds = credential_seconds_usual;
    Texts tags;
};

// What UpdateRoleAlias is given; absent members stay as they are.
struct RoleAliasChange {
    std::optional<std::string> role_arn;
    std::optional<std::uint32_t> credential_seconds;
};

}  // namespace gatehouse::registry
