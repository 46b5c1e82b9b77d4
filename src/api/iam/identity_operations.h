// What users, groups and roles have in common, for each of them: reading, deleting, listing,
// inline and attached policies.
// Source: IAM API Reference, the operations of the same names.
#pragma once

#include <type_traits>
#include <utility>

#include "api/endpoint.h"
#include "api/iam/errors.h"
#include "api/iam/iam_access.h"
#include "api/iam/iam_shapes.h"
#include "api/shapes/iam/attach_group_policy.h"
#include "api/shapes/iam/attach_role_policy.h"
#include "api/shapes/iam/attach_user_policy.h"
#include "api/shapes/iam/delete_group.h"
#include "api/shapes/iam/delete_group_policy.h"
#include "api/shapes/iam/delete_role.h"
#include "api/shapes/iam/delete_role_policy.h"
#include "api/shapes/iam/delete_user.h"
#include "api/shapes/iam/delete_user_policy.h"
#include "api/shapes/iam/detach_group_policy.h"
#include "api/shapes/iam/detach_role_policy.h"
#include "api/shapes/iam/detach_user_policy.h"
#include "api/shapes/iam/get_group_policy.h"
#include "api/shapes/iam/get_role_policy.h"
#include "api/shapes/iam/get_user_policy.h"
#include "api/shapes/iam/list_attached_group_policies.h"
#include "api/shapes/iam/list_attached_role_policies.h"
#include "api/shapes/iam/list_attached_user_policies.h"
#include "api/shapes/iam/list_group_policies.h"
#include "api/shapes/iam/list_role_policies.h"
#include "api/shapes/iam/list_user_policies.h"
#include "api/shapes/iam/put_group_policy.h"
#include "api/shapes/iam/put_role_policy.h"
#include "api/shapes/iam/put_user_policy.h"

namespace gatehouse::api::iam {

// Whom a request is about: it has a UserName, a GroupName or a RoleName.
template <class Request>
store::IdentityName identity_in(const Request& request) {
    using Kind = store::IdentityKind;
    if constexpr (requires { request.user_name; }) {
        return {Kind::User, request.user_name};
    } else if constexpr (requires { request.group_name; }) {
        return {Kind::Group, request.group_name};
    } else {
        return {Kind::Role, request.role_name};
    }
}
// The same member of a response.
template <class Response>
void set_identity(Response& response, std::string name) {
    if constexpr (requires { response.user_name; }) {
        response.user_name = std::move(name);
    } else if constexpr (requires { response.group_name; }) {
        response.group_name = std::move(name);
    } else {
        response.role_name = std::move(name);
    }
}

template <class S>
struct DeleteIdentity {
    using Shape = S;
    IamAccess access;

    async::Task<wire::Outcome<typename S::Response>> handle(const Caller& caller,
                                                            typename S::Request request) const {
        const auto done = co_await access.change(caller, [&](Records& records) {
            const auto name = identity_in(request);
            auto removed = records.identities.remove(caller.tenant, name);
            if (removed) access.accounts.forget_sessions(caller.tenant.account, name);
            return removed;
        });
        if (!done) co_return failure_of(done.error());
        co_return typename S::Response();
    }
};
using DeleteUser = DeleteIdentity<DeleteUserShape>;
using DeleteGroup = DeleteIdentity<DeleteGroupShape>;
using DeleteRole = DeleteIdentity<DeleteRoleShape>;

template <class S>
struct PutInlinePolicy {
    using Shape = S;
    IamAccess access;

    async::Task<wire::Outcome<typename S::Response>> handle(const Caller& caller,
                                                            typename S::Request request) const {
        const auto done = co_await access.change(caller, [&](Records& records) {
            return records.identities.put_policy(caller.tenant, identity_in(request),
                                                 request.policy_name,
                                                 std::move(request.policy_document));
        });
        if (!done) co_return failure_of(done.error());
        co_return typename S::Response();
    }
};
using PutUserPolicy = PutInlinePolicy<PutUserPolicyShape>;
using PutGroupPolicy = PutInlinePolicy<PutGroupPolicyShape>;
using PutRolePolicy = PutInlinePolicy<PutRolePolicyShape>;

template <class S>
struct GetInlinePolicy {
    using Shape = S;
    IamAccess access;

    async::Task<wire::Outcome<typename S::Response>> handle(const Caller& caller,
                                                            typename S::Request request) const {
        const auto document = co_await access.read([&](Records& records) {
            return records.identities.policy(caller.tenant, identity_in(request),
                                             request.policy_name);
        });
        if (!document) co_return failure_of(document.error());
        typename S::Response response;
        set_identity(response, identity_in(request).name);
        response.policy_name = std::move(request.policy_name);
        response.policy_document = document_shape(*document);
        co_return response;
    }
};
using GetUserPolicy = GetInlinePolicy<GetUserPolicyShape>;
using GetGroupPolicy = GetInlinePolicy<GetGroupPolicyShape>;
using GetRolePolicy = GetInlinePolicy<GetRolePolicyShape>;

template <class S>
struct ListInlinePolicies {
    using Shape = S;
    IamAccess access;

    async::Task<wire::Outcome<typename S::Response>> handle(const Caller& caller,
                                                            typename S::Request request) const {
        auto page = co_await access.read([&](Records& records) {
            return records.identities.policies(caller.tenant, identity_in(request),
                                               paging_of(request));
        });
        if (!page) co_return failure_of(page.error());
        typename S::Response response;
        response.policy_names = std::move(page->items);
        set_marker(response, std::move(page->marker));
        co_return response;
    }
};
using ListUserPolicies = ListInlinePolicies<ListUserPoliciesShape>;
using ListGroupPolicies = ListInlinePolicies<ListGroupPoliciesShape>;
using ListRolePolicies = ListInlinePolicies<ListRolePoliciesShape>;

template <class S>
struct DeleteInlinePolicy {
    using Shape = S;
    IamAccess access;

    async::Task<wire::Outcome<typename S::Response>> handle(const Caller& caller,
                                                            typename S::Request request) const {
        const auto done = co_await access.change(caller, [&](Records& records) {
            return records.identities.remove_policy(caller.tenant, identity_in(request),
                                                    request.policy_name);
        });
        if (!done) co_return failure_of(done.error());
        co_return typename S::Response();
    }
};
using DeleteUserPolicy = DeleteInlinePolicy<DeleteUserPolicyShape>;
using DeleteGroupPolicy = DeleteInlinePolicy<DeleteGroupPolicyShape>;
using DeleteRolePolicy = DeleteInlinePolicy<DeleteRolePolicyShape>;

template <class S>
struct AttachManagedPolicy {
    using Shape = S;
    IamAccess access;

    async::Task<wire::Outcome<typename S::Response>> handle(const Caller& caller,
                                                            typename S::Request request) const {
        const auto done = co_await access.change(caller, [&](Records& records) {
            return records.identities.attach(caller.tenant, identity_in(request),
                                             request.policy_arn);
        });
        if (!done) co_return failure_of(done.error());
        co_return typename S::Response();
    }
};
using AttachUserPolicy = AttachManagedPolicy<AttachUserPolicyShape>;
using AttachGroupPolicy = AttachManagedPolicy<AttachGroupPolicyShape>;
using AttachRolePolicy = AttachManagedPolicy<AttachRolePolicyShape>;

template <class S>
struct DetachManagedPolicy {
    using Shape = S;
    IamAccess access;

    async::Task<wire::Outcome<typename S::Response>> handle(const Caller& caller,
                                                            typename S::Request request) const {
        const auto done = co_await access.change(caller, [&](Records& records) {
            return records.identities.detach(caller.tenant, identity_in(request),
                                             request.policy_arn);
        });
        if (!done) co_return failure_of(done.error());
        co_return typename S::Response();
    }
};
using DetachUserPolicy = DetachManagedPolicy<DetachUserPolicyShape>;
using DetachGroupPolicy = DetachManagedPolicy<DetachGroupPolicyShape>;
using DetachRolePolicy = DetachManagedPolicy<DetachRolePolicyShape>;

template <class S>
struct ListAttachedPolicies {
    using Shape = S;
    IamAccess access;

    async::Task<wire::Outcome<typename S::Response>> handle(const Caller& caller,
                                                            typename S::Request request) const {
        auto page = co_await access.read([&](Records& records) {
            return records.identities.attached(caller.tenant, identity_in(request),
                                               paging_of(request));
        });
        if (!page) co_return failure_of(page.error());
        typename S::Response response;
        response.attached_policies.emplace();
        for (const store::ManagedPolicy& policy : page->items) {
            if (!policy.path.starts_with(request.path_prefix.value_or("/"))) continue;
            response.attached_policies->push_back(attached_shape(caller, policy));
        }
        set_marker(response, std::move(page->marker));
        co_return response;
    }
};
using ListAttachedUserPolicies = ListAttachedPolicies<ListAttachedUserPoliciesShape>;
using ListAttachedGroupPolicies = ListAttachedPolicies<ListAttachedGroupPoliciesShape>;
using ListAttachedRolePolicies = ListAttachedPolicies<ListAttachedRolePoliciesShape>;

}  // namespace gatehouse::api::iam
