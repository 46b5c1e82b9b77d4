// ListRoleAliases: the names of the role aliases.
// Source: AWS IoT API Reference, ListRoleAliases.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_role_aliases.h"
#include "registry/role_aliases.h"

namespace gatehouse::api::iot {

struct ListRoleAliases {
    using Shape = ListRoleAliasesShape;

    registry::RoleAliases& aliases;

    async::Task<wire::Outcome<ListRoleAliasesResponse>> handle(
        const Caller& caller, ListRoleAliasesRequest request) const;
};

}  // namespace gatehouse::api::iot
