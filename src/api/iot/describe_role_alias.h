// DescribeRoleAlias: a role alias.
// Source: AWS IoT API Reference, DescribeRoleAlias.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/describe_role_alias.h"
#include "registry/role_aliases.h"

namespace gatehouse::api::iot {

struct DescribeRoleAlias {
    using Shape = DescribeRoleAliasShape;

    registry::RoleAliases& aliases;

    async::Task<wire::Outcome<DescribeRoleAliasResponse>> handle(
        const Caller& caller, DescribeRoleAliasRequest request) const;
};

}  // namespace gatehouse::api::iot
