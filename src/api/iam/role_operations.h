// Roles: making, reading, changing, listing, and whom they trust. There are no instance profiles.
// Source: IAM API Reference, the operations of the same names.
#pragma once

#include "api/endpoint.h"
#include "api/iam/iam_access.h"
#include "api/shapes/iam/create_role.h"
#include "api/shapes/iam/get_role.h"
#include "api/shapes/iam/list_instance_profiles_for_role.h"
#include "api/shapes/iam/list_roles.h"
#include "api/shapes/iam/update_assume_role_policy.h"
#include "api/shapes/iam/update_role.h"
#include "api/shapes/iam/update_role_description.h"

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

struct UpdateRole {
    using Shape = UpdateRoleShape;
    IamAccess access;

    async::Task<wire::Outcome<UpdateRoleResponse>> handle(const Caller& caller,
                                                          UpdateRoleRequest request) const;
};

struct UpdateRoleDescription {
    using Shape = UpdateRoleDescriptionShape;
    IamAccess access;

    async::Task<wire::Outcome<UpdateRoleDescriptionResponse>> handle(
        const Caller& caller, UpdateRoleDescriptionRequest request) const;
};

struct ListInstanceProfilesForRole {
    using Shape = ListInstanceProfilesForRoleShape;
    IamAccess access;

    async::Task<wire::Outcome<ListInstanceProfilesForRoleResponse>> handle(
        const Caller& caller, ListInstanceProfilesForRoleRequest request) const;
};

}  // namespace gatehouse::api::iam
