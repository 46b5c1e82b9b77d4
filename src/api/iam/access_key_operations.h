// Access keys of users.
// Source: IAM API Reference, the operations of the same names.
#pragma once

#include "api/endpoint.h"
#include "api/iam/iam_access.h"
#include "api/shapes/iam/create_access_key.h"
#include "api/shapes/iam/delete_access_key.h"
#include "api/shapes/iam/get_access_key_last_used.h"
#include "api/shapes/iam/list_access_keys.h"
#include "api/shapes/iam/update_access_key.h"

namespace gatehouse::api::iam {

struct CreateAccessKey {
    using Shape = CreateAccessKeyShape;
    IamAccess access;

    async::Task<wire::Outcome<CreateAccessKeyResponse>> handle(
        const Caller& caller, CreateAccessKeyRequest request) const;
};

struct DeleteAccessKey {
    using Shape = DeleteAccessKeyShape;
    IamAccess access;

    async::Task<wire::Outcome<DeleteAccessKeyResponse>> handle(
        const Caller& caller, DeleteAccessKeyRequest request) const;
};

struct GetAccessKeyLastUsed {
    using Shape = GetAccessKeyLastUsedShape;
    IamAccess access;

    async::Task<wire::Outcome<GetAccessKeyLastUsedResponse>> handle(
        const Caller& caller, GetAccessKeyLastUsedRequest request) const;
};

struct ListAccessKeys {
    using Shape = ListAccessKeysShape;
    IamAccess access;

    async::Task<wire::Outcome<ListAccessKeysResponse>> handle(const Caller& caller,
                                                              ListAccessKeysRequest request) const;
};

struct UpdateAccessKey {
    using Shape = UpdateAccessKeyShape;
    IamAccess access;

    async::Task<wire::Outcome<UpdateAccessKeyResponse>> handle(
        const Caller& caller, UpdateAccessKeyRequest request) const;
};

}  // namespace gatehouse::api::iam
