// Users: making, reading, listing and renaming.
// Source: IAM API Reference, the operations of the same names.
#pragma once

#include "api/endpoint.h"
#include "api/iam/iam_access.h"
#include "api/shapes/iam/create_user.h"
#include "api/shapes/iam/get_user.h"
#include "api/shapes/iam/list_users.h"
#include "api/shapes/iam/update_user.h"

namespace gatehouse::api::iam {

struct CreateUser {
    using Shape = CreateUserShape;
    IamAccess access;

    async::Task<wire::Outcome<CreateUserResponse>> handle(const Caller& caller,
                                                          CreateUserRequest request) const;
};

struct GetUser {
    using Shape = GetUserShape;
    IamAccess access;

    async::Task<wire::Outcome<GetUserResponse>> handle(const Caller& caller,
                                                       GetUserRequest request) const;
};

struct ListUsers {
    using Shape = ListUsersShape;
    IamAccess access;

    async::Task<wire::Outcome<ListUsersResponse>> handle(const Caller& caller,
                                                         ListUsersRequest request) const;
};

struct UpdateUser {
    using Shape = UpdateUserShape;
    IamAccess access;

    async::Task<wire::Outcome<UpdateUserResponse>> handle(const Caller& caller,
                                                          UpdateUserRequest request) const;
};

}  // namespace gatehouse::api::iam
