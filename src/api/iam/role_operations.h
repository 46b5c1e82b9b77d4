// Roles: making, reading, listing, and whom they trust.
// Source: IAM API Reference, the operations of the same names.
#pragma once

#include "api/endpoint.h"
#include "api/iam/iam_access.h"
#include "api/shapes/iam/create_role.h"
#include "api/shapes/iam/get_role.h"
#include "api/shapes/iam/list_roles.h"
#include "api/shapes/iam/update_assume_role_policy.h"

namespace gatehouse::api::iam {

struct CreateRole {
    using Shape = CreateRoleShape;
    IamAccess access;

    async::Task<wire::Outcome<CreateRoleResponse>> handle(const Caller& caller,
                                                          CreateRoleRequest request) const;
};

struct GetRole {
    using Shape = GetRoleShape;
    IamAccess access;

    async::Task<wire::Outcome<GetRoleResponse>> handle(const Caller& caller,
                                                       GetRoleRequest request) const;
};

struct ListRoles {
    using Shape = ListRolesShape;
    IamAccess access;

    async::Task<wire::Outcome<ListRolesResponse>> handle(const Caller& caller,
                                                         ListRolesRequest request) const;
};

struct UpdateAssumeRolePolicy {
    using Shape = UpdateAssumeRolePolicyShape;
    IamAccess access;

    async::Task<wire::Outcome<UpdateAssumeRolePolicyResponse>> handle(
        const Caller& caller, UpdateAssumeRolePolicyRequest request) const;
};

}  // namespace gatehouse::api::iam
