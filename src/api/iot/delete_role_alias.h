// DeleteRoleAlias: a role alias goes.
// Source: AWS IoT API Reference, DeleteRoleAlias.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_role_alias.h"
#include "registry/role_aliases.h"

namespace gatehouse::api::iot {

struct DeleteRoleAlias {
    using Shape = DeleteRoleAliasShape;

    registry::RoleAliases& aliases;

    async::Task<wire::Outcome<DeleteRoleAliasResponse>> handle(
        const Caller& caller, DeleteRoleAliasRequest request) const;
};

}  // namespace gatehouse::api::iot
