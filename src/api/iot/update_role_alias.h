// UpdateRoleAlias: another role or another time for a role alias.
// Source: AWS IoT API Reference, UpdateRoleAlias.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/update_role_alias.h"
#include "registry/role_aliases.h"

namespace gatehouse::api::iot {

struct UpdateRoleAlias {
    using Shape = UpdateRoleAliasShape;

    registry::RoleAliases& aliases;

    async::Task<wire::Outcome<UpdateRoleAliasResponse>> handle(
        const Caller& caller, UpdateRoleAliasRequest request) const;
};

}  // namespace gatehouse::api::iot
