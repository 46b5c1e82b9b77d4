// The tags of users, roles and managed policies.
// Source: IAM API Reference, the operations of the same names.
#pragma once

#include <string>
#include <utility>

#include "api/endpoint.h"
#include "api/iam/errors.h"
#include "api/iam/iam_access.h"
#include "api/iam/iam_shapes.h"
#include "api/iam/identity_operations.h"
#include "api/shapes/iam/list_policy_tags.h"
#include "api/shapes/iam/list_role_tags.h"
#include "api/shapes/iam/list_user_tags.h"
#include "api/shapes/iam/tag_policy.h"
#include "api/shapes/iam/tag_role.h"
#include "api/shapes/iam/tag_user.h"
#include "api/shapes/iam/untag_policy.h"
#include "api/shapes/iam/untag_role.h"
#include "api/shapes/iam/untag_user.h"

namespace gatehouse::api::iam {

// Of what the request is about.
template <class Request>
Result<void> change_tags(Records& records, const Caller& caller, const Request& request,
                         const store::TagChange& change) {
    if constexpr (requires { request.policy_arn; }) {
        return records.policies.change_tags(caller.tenant, request.policy_arn, change);
    } else {
        return records.identities.change_tags(caller.tenant, identity_in(request), change);
    }
}
template <class Request>
Result<ResourceTags> read_tags(Records& records, const Caller& caller, const Request& request) {
    if constexpr (requires { request.policy_arn; }) {
        auto policy = records.policies.get(caller.tenant, request.policy_arn);
        if (!policy) return fail(std::move(policy.error()));
        return std::move(policy->tags);
    } else {
        auto identity = records.identities.get(caller.tenant, identity_in(request));
        if (!identity) return fail(std::move(identity.error()));
        return std::move(identity->tags);
    }
}

template <class S>
struct TagOne {
    using Shape = S;
    IamAccess access;

    async::Task<wire::Outcome<typename S::Response>> handle(const Caller& caller,
                                                            typename S::Request request) const {
        const auto done = co_await access.change(caller, [&](Records& records) {
            return change_tags(records, caller, request,
                               {.added = tags_of(request.tags), .removed = {}});
        });
        if (!done) co_return failure_of(done.error());
        co_return typename S::Response();
    }
};
using TagUser = TagOne<TagUserShape>;
using TagRole = TagOne<TagRoleShape>;
using TagPolicy = TagOne<TagPolicyShape>;

template <class S>
struct UntagOne {
    using Shape = S;
    IamAccess access;

    async::Task<wire::Outcome<typename S::Response>> handle(const Caller& caller,
                                                            typename S::Request request) const {
        const auto done = co_await access.change(caller, [&](Records& records) {
            return change_tags(records, caller, request,
                               {.added = {}, .removed = request.tag_keys});
        });
        if (!done) co_return failure_of(done.error());
        co_return typename S::Response();
    }
};
using UntagUser = UntagOne<UntagUserShape>;
using UntagRole = UntagOne<UntagRoleShape>;
using UntagPolicy = UntagOne<UntagPolicyShape>;

// By key; the marker is the last key of the page before.
template <class S>
struct ListTagsOfOne {
    using Shape = S;
    IamAccess access;

    async::Task<wire::Outcome<typename S::Response>> handle(const Caller& caller,
                                                            typename S::Request request) const {
        const auto tags = co_await access.read(
            [&](Records& records) { return read_tags(records, caller, request); });
        if (!tags) co_return failure_of(tags.error());
        const auto paging = paging_of(request);
        typename S::Response response;
        auto at = paging.marker.empty() ? tags->begin() : tags->upper_bound(paging.marker);
        for (; at != tags->end() && response.tags.size() < paging.items_max; ++at) {
            response.tags.push_back({.key = at->first, .value = at->second});
        }
        set_marker(response, at == tags->end() ? "" : response.tags.back().key);
        co_return response;
    }
};
using ListUserTags = ListTagsOfOne<ListUserTagsShape>;
using ListRoleTags = ListTagsOfOne<ListRoleTagsShape>;
using ListPolicyTags = ListTagsOfOne<ListPolicyTagsShape>;

}  // namespace gatehouse::api::iam
