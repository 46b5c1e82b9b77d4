// CreateRoleAlias: another name for a role, for devices to ask credentials by.
// Source: AWS IoT API Reference, CreateRoleAlias.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/create_role_alias.h"
#include "registry/role_aliases.h"

namespace gatehouse::api::iot {

struct CreateRoleAlias {
    using Shape = CreateRoleAliasShape;

    registry::RoleAliases& aliases;

    async::Task<wire::Outcome<CreateRoleAliasResponse>> handle(
        const Caller& caller, CreateRoleAliasRequest request) const;
};

}  // namespace gatehouse::api::iot
