#include "iam/managed_policy_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "iam/changes.h"
#include "iam/identity_record.h"
#include "iam/identity_records.h"
#include "iam/key_maker.h"
#include "iam/quotas.h"
#include "iam/record_lookup.h"
#include "policy/document.h"

namespace gatehouse::iam {
namespace {

Result<void> check_document(const std::string& document) {
    const auto parsed = policy::parse_document(document, policy::Dialect::IdentityPolicy,
                                               {.characters_max = quotas::managed_characters_max});
    if (parsed) return {};
    return fail(ErrorKind::InvalidInput, parsed.error().describe(),
                {.field = std::string(document_field)});
}

std::unexpected<Error> no_version(const std::string& arn, const std::string& id) {
    return fail(ErrorKind::NotFound,
                fmt::format("Policy {} version {} does not exist or is not attachable.", arn, id));
}

storage::ListQuery aws_listing(const Tenant& tenant) {
    return {.tenant = home_of(tenant.account), .kind = storage::Kind("aws-managed-policy")};
}

// The first page has none.
bool is_marker_of(storage::ListQuery listing, const std::string& marker) {
    listing.page_token = marker;
    return storage::page_start(listing).has_value();
}

std::vector<ManagedPolicy> aws_policies_under(const std::string& path_prefix) {
    std::vector<ManagedPolicy> found;
    for (const ManagedPolicy& each : aws_managed_policies()) {
        if (each.path.starts_with(path_prefix)) found.push_back(each);
    }
    std::ranges::sort(found, {}, [](const ManagedPolicy& each) { return each.name.view(); });
    return found;
}

}  // namespace

Result<ManagedPolicy> ManagedPolicyRecords::create(const Tenant& tenant, ManagedPolicy wanted,
                                                   std::string document) {
    if (auto checked = check_document(document); !checked) return fail(std::move(checked.error()));
    if (const auto fault = tags_fault(wanted.tags)) return fail(ErrorKind::InvalidInput, *fault);
    wanted.id = make_unique_id(parts_.random, "ANPA");
    wanted.created = wanted.updated = parts_.clock.wall_now();
    wanted.versions = {{.number = 1, .document = std::move(document), .created = wanted.created}};
    const auto key = key_of(tenant.account, wanted.name);
    const Error exists{
        ErrorKind::Conflict,
        fmt::format("A policy called {} already exists. Duplicate names are not allowed.",
                    wanted.name.view()),
        {}};
    if (auto checked = check_case(store_, key, exists); !checked) {
        return fail(std::move(checked.error()));
    }
    const Error full{
        ErrorKind::LimitExceeded,
        fmt::format("Cannot exceed quota for PoliciesPerAccount: {}", quotas::policies_max),
        {}};
    const auto applied = store_.apply(
        storage::Batch()
            .require(storage::IsAbsent{key}, exists)
            .require(storage::FewerThan{key.tenant, key.kind, quotas::policies_max}, full)
            .put(key, encode(wanted)));
    if (!applied) return fail(applied.error());
    return wanted;
}

Result<ManagedPolicy> ManagedPolicyRecords::get(const Tenant& tenant, const std::string& arn) {
    auto found = find_policy(store_, tenant, arn);
    if (!found) return fail(std::move(found.error()));
    return std::move(found->policy);
}

Result<Listed<ManagedPolicy>> ManagedPolicyRecords::list(const Tenant& tenant, PolicyScope scope,
                                                         const std::string& path_prefix,
                                                         const Paging& paging) {
    if (scope == PolicyScope::Local) return list_own(tenant, path_prefix, paging);
    const storage::ListQuery of_aws = aws_listing(tenant);
    if (scope == PolicyScope::All && !is_marker_of(of_aws, paging.marker)) {
        return list_own(tenant, path_prefix, paging);
    }
    auto page = list_items(aws_policies_under(path_prefix), of_aws, paging,
                           [](const ManagedPolicy& each) { return each.name.value(); });
    if (!page || scope == PolicyScope::Aws || !page->marker.empty()) return page;
    const std::size_t room = paging.items_max - page->items.size();
    auto own = list_own(tenant, path_prefix, {.items_max = std::max<std::size_t>(room, 1)});
    if (!own) return own;
    if (room == 0) {
        // Where those of AWS end, and nothing but the account's own follows.
        if (!own->items.empty()) {
            page->marker = storage::page_token_after(of_aws, page->items.back().name.view());
        }
        return page;
    }
    for (ManagedPolicy& each : own->items) page->items.push_back(std::move(each));
    page->marker = std::move(own->marker);
    return page;
}

Result<Listed<ManagedPolicy>> ManagedPolicyRecords::list_own(const Tenant& tenant,
                                                             const std::string& path_prefix,
                                                             const Paging& paging) {
    const auto key = key_of(tenant.account, PolicyName("any"));
    return list_records<ManagedPolicy>(
        store_, {.tenant = key.tenant, .kind = key.kind}, paging, decode_managed_policy,
        [&](const ManagedPolicy& each) { return each.path.starts_with(path_prefix); });
}

Result<std::size_t> ManagedPolicyRecords::attachment_count(const Tenant& tenant,
                                                           const ManagedPolicy& policy) {
    const auto links = store_.links({.tenant = home_of(tenant.account),
                                     .relation = attachment_relation,
                                     .direction = storage::Direction::To,
                                     .name = policy.link_end(),
                                     .limit = storage::page_records_max});
    if (!links) return fail(links.error());
    return links->names.size();
}

template <class Change>
Result<ManagedPolicy> ManagedPolicyRecords::change(const Tenant& tenant, const std::string& arn,
                                                   Change change) {
    return persistently([&]() -> Result<ManagedPolicy> {
        auto found = find_policy(store_, tenant, arn);
        if (!found) return fail(std::move(found.error()));
        ManagedPolicy& policy = found->policy;
        if (policy.is_aws) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("Policy {} is managed by AWS and cannot be changed.", arn));
        }
        if (Result<void> changed = change(policy); !changed) {
            return fail(std::move(changed.error()));
        }
        policy.updated = parts_.clock.wall_now();
        const auto key = key_of(tenant.account, policy.name);
        const auto applied = store_.apply(
            storage::Batch()
                .require(storage::HasRevision{key, found->revision}, overtaken("policy " + arn))
                .put(key, encode(policy)));
        if (!applied) return fail(applied.error());
        return std::move(policy);
    });
}

Result<void> ManagedPolicyRecords::remove(const Tenant& tenant, const std::string& arn) {
    return persistently([&]() -> Result<void> {
        const auto found = find_policy(store_, tenant, arn);
        if (!found) return fail(found.error());
        if (found->policy.is_aws) {
            return fail(ErrorKind::InvalidInput,
                        fmt::format("Policy {} is managed by AWS and cannot be deleted.", arn));
        }
        if (found->policy.versions.size() > 1) {
            return fail(ErrorKind::NotAllowed,
                        "This policy has more than one version. Before you delete a policy, you "
                        "must delete the policy's versions. The default version is deleted with "
                        "the policy.");
        }
        const auto key = key_of(tenant.account, found->policy.name);
        const Error attached{
            ErrorKind::NotAllowed, "Cannot delete a policy attached to entities.", {}};
        const auto applied = store_.apply(
            storage::Batch()
                .require(storage::HasRevision{key, found->revision}, overtaken("policy " + arn))
                .require(storage::HasNoLinks{key.tenant, attachment_relation,
                                             storage::Direction::To, found->policy.link_end()},
                         attached)
                .change(storage::Remove{key}));
        if (!applied) return fail(applied.error());
        return {};
    });
}

Result<ManagedPolicy> ManagedPolicyRecords::create_version(const Tenant& tenant,
                                                           const std::string& arn,
                                                           std::string document,
                                                           SetAsDefault set_as_default) {
    if (auto checked = check_document(document); !checked) return fail(std::move(checked.error()));
    return change(tenant, arn, [&](ManagedPolicy& policy) -> Result<void> {
        if (policy.versions.size() >= quotas::versions_max) {
            return fail(ErrorKind::LimitExceeded,
                        fmt::format("A managed policy can have up to {} versions. Before you "
                                    "create a new version, you must delete an existing version.",
                                    quotas::versions_max));
        }
        ++policy.last_version;
        policy.versions.push_back({.number = policy.last_version,
                                   .document = document,
                                   .created = parts_.clock.wall_now()});
        if (set_as_default == SetAsDefault::Yes) policy.default_version = policy.last_version;
        return {};
    });
}

Result<Listed<ManagedPolicyVersion>> ManagedPolicyRecords::versions(const Tenant& tenant,
                                                                    const std::string& arn,
                                                                    const Paging& paging) {
    auto policy = get(tenant, arn);
    if (!policy) return fail(std::move(policy.error()));
    std::ranges::reverse(policy->versions);
    const storage::ListQuery scope{.tenant = home_of(tenant.account),
                                   .kind = storage::Kind("managed-policy-version"),
                                   .prefix = policy->link_end()};
    // Keys grow from the newest to the oldest.
    return list_items(
        std::move(policy->versions), scope, paging, [](const ManagedPolicyVersion& each) {
            return fmt::format("{:020}", std::numeric_limits<std::int64_t>::max() - each.number);
        });
}

Result<ManagedPolicyVersion> ManagedPolicyRecords::version(const Tenant& tenant,
                                                           const std::string& arn,
                                                           const std::string& id) {
    const auto policy = get(tenant, arn);
    if (!policy) return fail(policy.error());
    const ManagedPolicyVersion* found = policy->version(id);
    if (found == nullptr) return no_version(arn, id);
    return *found;
}

Result<void> ManagedPolicyRecords::remove_version(const Tenant& tenant, const std::string& arn,
                                                  const std::string& id) {
    const auto changed = change(tenant, arn, [&](ManagedPolicy& policy) -> Result<void> {
        const ManagedPolicyVersion* found = policy.version(id);
        if (found == nullptr) return no_version(arn, id);
        if (found->number == policy.default_version) {
            return fail(ErrorKind::NotAllowed,
                        "Cannot delete the default version of a policy; make another version the "
                        "default first.");
        }
        std::erase(policy.versions, ManagedPolicyVersion(*found));
        return {};
    });
    if (!changed) return fail(changed.error());
    return {};
}

Result<void> ManagedPolicyRecords::set_default(const Tenant& tenant, const std::string& arn,
                                               const std::string& id) {
    const auto changed = change(tenant, arn, [&](ManagedPolicy& policy) -> Result<void> {
        const ManagedPolicyVersion* found = policy.version(id);
        if (found == nullptr) return no_version(arn, id);
        policy.default_version = found->number;
        return {};
    });
    if (!changed) return fail(changed.error());
    return {};
}

Result<void> ManagedPolicyRecords::change_tags(const Tenant& tenant, const std::string& arn,
                                               const TagChange& wanted) {
    const auto changed = change(
        tenant, arn, [&](ManagedPolicy& policy) { return apply_change(wanted, policy.tags); });
    if (!changed) return fail(changed.error());
    return {};
}

}  // namespace gatehouse::iam
