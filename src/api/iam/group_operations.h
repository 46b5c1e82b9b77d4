// Groups, and who is in them.
// Source: IAM API Reference, the operations of the same names.
#pragma once

#include "api/endpoint.h"
#include "api/iam/iam_access.h"
#include "api/shapes/iam/add_user_to_group.h"
#include "api/shapes/iam/create_group.h"
#include "api/shapes/iam/get_group.h"
#include "api/shapes/iam/list_groups.h"
#include "api/shapes/iam/list_groups_for_user.h"
#include "api/shapes/iam/remove_user_from_group.h"
#include "api/shapes/iam/update_group.h"

namespace gatehouse::api::iam {

struct AddUserToGroup {
    using Shape = AddUserToGroupShape;
    IamAccess access;

    async::Task<wire::Outcome<AddUserToGroupResponse>> handle(const Caller& caller,
                                                              AddUserToGroupRequest request) const;
};

struct CreateGroup {
    using Shape = CreateGroupShape;
    IamAccess access;

    async::Task<wire::Outcome<CreateGroupResponse>> handle(const Caller& caller,
                                                           CreateGroupRequest request) const;
};

struct GetGroup {
    using Shape = GetGroupShape;
    IamAccess access;

    async::Task<wire::Outcome<GetGroupResponse>> handle(const Caller& caller,
                                                        GetGroupRequest request) const;
};

struct ListGroups {
    using Shape = ListGroupsShape;
    IamAccess access;

    async::Task<wire::Outcome<ListGroupsResponse>> handle(const Caller& caller,
                                                          ListGroupsRequest request) const;
};

struct ListGroupsForUser {
    using Shape = ListGroupsForUserShape;
    IamAccess access;

    async::Task<wire::Outcome<ListGroupsForUserResponse>> handle(
        const Caller& caller, ListGroupsForUserRequest request) const;
};

struct RemoveUserFromGroup {
    using Shape = RemoveUserFromGroupShape;
    IamAccess access;

    async::Task<wire::Outcome<RemoveUserFromGroupResponse>> handle(
        const Caller& caller, RemoveUserFromGroupRequest request) const;
};

struct UpdateGroup {
    using Shape = UpdateGroupShape;
    IamAccess access;

    async::Task<wire::Outcome<UpdateGroupResponse>> handle(const Caller& caller,
                                                           UpdateGroupRequest request) const;
};

}  // namespace gatehouse::api::iam
