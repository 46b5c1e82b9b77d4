// Managed policies and their versions.
// Source: IAM API Reference, the operations of the same names.
#pragma once

#include "api/endpoint.h"
#include "api/iam/iam_access.h"
#include "api/shapes/iam/create_policy.h"
#include "api/shapes/iam/create_policy_version.h"
#include "api/shapes/iam/delete_policy.h"
#include "api/shapes/iam/delete_policy_version.h"
#include "api/shapes/iam/get_policy.h"
#include "api/shapes/iam/get_policy_version.h"
#include "api/shapes/iam/list_entities_for_policy.h"
#include "api/shapes/iam/list_policies.h"
#include "api/shapes/iam/list_policy_versions.h"
#include "api/shapes/iam/set_default_policy_version.h"

namespace gatehouse::api::iam {

struct CreatePolicy {
    using Shape = CreatePolicyShape;
    IamAccess access;

    async::Task<wire::Outcome<CreatePolicyResponse>> handle(const Caller& caller,
                                                            CreatePolicyRequest request) const;
};

struct CreatePolicyVersion {
    using Shape = CreatePolicyVersionShape;
    IamAccess access;

    async::Task<wire::Outcome<CreatePolicyVersionResponse>> handle(
        const Caller& caller, CreatePolicyVersionRequest request) const;
};

struct DeletePolicy {
    using Shape = DeletePolicyShape;
    IamAccess access;

    async::Task<wire::Outcome<DeletePolicyResponse>> handle(const Caller& caller,
                                                            DeletePolicyRequest request) const;
};

struct DeletePolicyVersion {
    using Shape = DeletePolicyVersionShape;
    IamAccess access;

    async::Task<wire::Outcome<DeletePolicyVersionResponse>> handle(
        const Caller& caller, DeletePolicyVersionRequest request) const;
};

struct GetPolicy {
    using Shape = GetPolicyShape;
    IamAccess access;

    async::Task<wire::Outcome<GetPolicyResponse>> handle(const Caller& caller,
                                                         GetPolicyRequest request) const;
};

struct GetPolicyVersion {
    using Shape = GetPolicyVersionShape;
    IamAccess access;

    async::Task<wire::Outcome<GetPolicyVersionResponse>> handle(
        const Caller& caller, GetPolicyVersionRequest request) const;
};

struct ListEntitiesForPolicy {
    using Shape = ListEntitiesForPolicyShape;
    IamAccess access;

    async::Task<wire::Outcome<ListEntitiesForPolicyResponse>> handle(
        const Caller& caller, ListEntitiesForPolicyRequest request) const;
};

struct ListPolicies {
    using Shape = ListPoliciesShape;
    IamAccess access;

    async::Task<wire::Outcome<ListPoliciesResponse>> handle(const Caller& caller,
                                                            ListPoliciesRequest request) const;
};

struct ListPolicyVersions {
    using Shape = ListPolicyVersionsShape;
    IamAccess access;

    async::Task<wire::Outcome<ListPolicyVersionsResponse>> handle(
        const Caller& caller, ListPolicyVersionsRequest request) const;
};

struct SetDefaultPolicyVersion {
    using Shape = SetDefaultPolicyVersionShape;
    IamAccess access;

    async::Task<wire::Outcome<SetDefaultPolicyVersionResponse>> handle(
        const Caller& caller, SetDefaultPolicyVersionRequest request) const;
};

}  // namespace gatehouse::api::iam
