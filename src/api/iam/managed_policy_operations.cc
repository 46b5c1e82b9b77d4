#include "api/iam/managed_policy_operations.h"

#include "api/iam/errors.h"
#include "api/iam/iam_shapes.h"

namespace gatehouse::api::iam {
namespace {

// A policy, and to how many it is attached.
struct Counted {
    store::ManagedPolicy policy;
    std::size_t attachments = 0;
};

Result<Counted> counted(Records& records, const Tenant& tenant, store::ManagedPolicy policy) {
    const auto attachments = records.policies.attachment_count(tenant, policy);
    if (!attachments) return fail(attachments.error());
    return Counted{std::move(policy), *attachments};
}

store::PolicyScope scope_of(const ListPoliciesRequest& request) {
    switch (request.scope.value_or(PolicyScopeType::All)) {
        case PolicyScopeType::All: break;
        case PolicyScopeType::Aws: return store::PolicyScope::Aws;
        case PolicyScopeType::Local: return store::PolicyScope::Local;
    }
    return store::PolicyScope::All;
}

// A managed policy is no user, group or role.
bool is_of(EntityType filter, store::IdentityKind kind) {
    switch (filter) {
        case EntityType::User: return kind == store::IdentityKind::User;
        case EntityType::Group: return kind == store::IdentityKind::Group;
        case EntityType::Role: return kind == store::IdentityKind::Role;
        case EntityType::LocalManagedPolicy:
        case EntityType::AWSManagedPolicy: return false;
    }
    return false;
}

bool is_wanted(const ListEntitiesForPolicyRequest& request, const store::Identity& identity) {
    return identity.path.starts_with(request.path_prefix.value_or("/")) &&
           (!request.entity_filter || is_of(*request.entity_filter, identity.name.kind));
}

}  // namespace

async::Task<wire::Outcome<CreatePolicyResponse>> CreatePolicy::handle(
    const Caller& caller, CreatePolicyRequest request) const {
    store::ManagedPolicy wanted{.name = store::PolicyName(request.policy_name),
                                .path = request.path.value_or("/"),
                                .description = request.description.value_or(""),
                                .tags = tags_of(request.tags)};
    const auto made = co_await access.change(caller, [&](Records& records) {
        return records.policies.create(caller.tenant, wanted, request.policy_document);
    });
    if (!made) co_return failure_of(made.error());
    co_return CreatePolicyResponse{.policy = policy_shape(caller, *made, 0)};
}

async::Task<wire::Outcome<GetPolicyResponse>> GetPolicy::handle(const Caller& caller,
                                                                GetPolicyRequest request) const {
    const auto found = co_await access.read([&](Records& records) -> Result<Counted> {
        auto policy = records.policies.get(caller.tenant, request.policy_arn);
        if (!policy) return fail(std::move(policy.error()));
        return counted(records, caller.tenant, std::move(*policy));
    });
    if (!found) co_return failure_of(found.error());
    co_return GetPolicyResponse{.policy = policy_shape(caller, found->policy, found->attachments)};
}

// Pages are of all that it is attached to, before those of other kinds and paths are left out. What
// it is a boundary of is nothing here.
async::Task<wire::Outcome<ListEntitiesForPolicyResponse>> ListEntitiesForPolicy::handle(
    const Caller& caller, ListEntitiesForPolicyRequest request) const {
    auto page = co_await access.read([&](Records& records) {
        return records.identities.holders(caller.tenant, request.policy_arn, paging_of(request));
    });
    if (!page) co_return failure_of(page.error());
    ListEntitiesForPolicyResponse response{.policy_groups = std::vector<PolicyGroup>(),
                                           .policy_users = std::vector<PolicyUser>(),
                                           .policy_roles = std::vector<PolicyRole>()};
    const bool as_boundary = request.policy_usage_filter == PolicyUsageType::PermissionsBoundary;
    for (store::Identity& each : page->items) {
        if (as_boundary || !is_wanted(request, each)) continue;
        const std::string& name = each.name.name;
        switch (each.name.kind) {
            case store::IdentityKind::User:
                response.policy_users->push_back({.user_name = name, .user_id = each.id});
                break;
            case store::IdentityKind::Group:
                response.policy_groups->push_back({.group_name = name, .group_id = each.id});
                break;
            case store::IdentityKind::Role:
                response.policy_roles->push_back({.role_name = name, .role_id = each.id});
                break;
        }
    }
    set_marker(response, std::move(page->marker));
    co_return response;
}

// Pages are of all of the scope and path, before those that are attached to nobody are left out.
async::Task<wire::Outcome<ListPoliciesResponse>> ListPolicies::handle(
    const Caller& caller, ListPoliciesRequest request) const {
    std::string marker;
    const auto found = co_await access.read([&](Records& records) -> Result<std::vector<Counted>> {
        auto page = records.policies.list(caller.tenant, scope_of(request),
                                          request.path_prefix.value_or("/"), paging_of(request));
        if (!page) return fail(std::move(page.error()));
        marker = std::move(page->marker);
        std::vector<Counted> all;
        for (auto& each : page->items) {
            auto one = counted(records, caller.tenant, std::move(each));
            if (!one) return fail(std::move(one.error()));
            if (!request.only_attached.value_or(false) || one->attachments > 0) {
                all.push_back(std::move(*one));
            }
        }
        return all;
    });
    if (!found) co_return failure_of(found.error());
    ListPoliciesResponse response{.policies = std::vector<Policy>()};
    for (const Counted& each : *found) {
        response.policies->push_back(policy_shape(caller, each.policy, each.attachments));
    }
    set_marker(response, std::move(marker));
    co_return response;
}

async::Task<wire::Outcome<DeletePolicyResponse>> DeletePolicy::handle(
    const Caller& caller, DeletePolicyRequest request) const {
    const auto done = co_await access.change(caller, [&](Records& records) {
        return records.policies.remove(caller.tenant, request.policy_arn);
    });
    if (!done) co_return failure_of(done.error());
    co_return DeletePolicyResponse();
}

async::Task<wire::Outcome<CreatePolicyVersionResponse>> CreatePolicyVersion::handle(
    const Caller& caller, CreatePolicyVersionRequest request) const {
    const auto as_default =
        request.set_as_default.value_or(false) ? store::SetAsDefault::Yes : store::SetAsDefault::No;
    const auto policy = co_await access.change(caller, [&](Records& records) {
        return records.policies.create_version(caller.tenant, request.policy_arn,
                                               request.policy_document, as_default);
    });
    if (!policy) co_return failure_of(policy.error());
    co_return CreatePolicyVersionResponse{
        .policy_version = version_shape(*policy, policy->versions.back(), WithDocument::No)};
}

async::Task<wire::Outcome<GetPolicyVersionResponse>> GetPolicyVersion::handle(
    const Caller& caller, GetPolicyVersionRequest request) const {
    using Both = std::pair<store::ManagedPolicy, store::ManagedPolicyVersion>;
    const auto both = co_await access.read([&](Records& records) -> Result<Both> {
        auto policy = records.policies.get(caller.tenant, request.policy_arn);
        if (!policy) return fail(std::move(policy.error()));
        auto version =
            records.policies.version(caller.tenant, request.policy_arn, request.version_id);
        if (!version) return fail(std::move(version.error()));
        return Both{std::move(*policy), std::move(*version)};
    });
    if (!both) co_return failure_of(both.error());
    co_return GetPolicyVersionResponse{
        .policy_version = version_shape(both->first, both->second, WithDocument::Yes)};
}

async::Task<wire::Outcome<ListPolicyVersionsResponse>> ListPolicyVersions::handle(
    const Caller& caller, ListPolicyVersionsRequest request) const {
    using Both = std::pair<store::ManagedPolicy, store::Listed<store::ManagedPolicyVersion>>;
    auto both = co_await access.read([&](Records& records) -> Result<Both> {
        auto policy = records.policies.get(caller.tenant, request.policy_arn);
        if (!policy) return fail(std::move(policy.error()));
        auto page =
            records.policies.versions(caller.tenant, request.policy_arn, paging_of(request));
        if (!page) return fail(std::move(page.error()));
        return Both{std::move(*policy), std::move(*page)};
    });
    if (!both) co_return failure_of(both.error());
    ListPolicyVersionsResponse response{.versions = std::vector<PolicyVersion>()};
    for (const auto& each : both->second.items) {
        response.versions->push_back(version_shape(both->first, each, WithDocument::No));
    }
    set_marker(response, std::move(both->second.marker));
    co_return response;
}

async::Task<wire::Outcome<DeletePolicyVersionResponse>> DeletePolicyVersion::handle(
    const Caller& caller, DeletePolicyVersionRequest request) const {
    const auto done = co_await access.change(caller, [&](Records& records) {
        return records.policies.remove_version(caller.tenant, request.policy_arn,
                                               request.version_id);
    });
    if (!done) co_return failure_of(done.error());
    co_return DeletePolicyVersionResponse();
}

async::Task<wire::Outcome<SetDefaultPolicyVersionResponse>> SetDefaultPolicyVersion::handle(
    const Caller& caller, SetDefaultPolicyVersionRequest request) const {
    const auto done = co_await access.change(caller, [&](Records& records) {
        return records.policies.set_default(caller.tenant, request.policy_arn, request.version_id);
    });
    if (!done) co_return failure_of(done.error());
    co_return SetDefaultPolicyVersionResponse();
}

}  // namespace gatehouse::api::iam
