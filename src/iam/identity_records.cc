#include "iam/identity_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "iam/identity_record.h"
#include "iam/key_maker.h"
#include "iam/quotas.h"
#include "iam/record_lookup.h"
#include "iam/trusted_principals.h"
#include "policy/document.h"

namespace gatehouse::iam {
namespace {

std::string_view titled(IdentityKind kind) {
    switch (kind) {
        case IdentityKind::User: return "User";
        case IdentityKind::Group: return "Group";
        case IdentityKind::Role: return "Role";
    }
    return "User";
}

std::size_t count_max(IdentityKind kind) {
    switch (kind) {
        case IdentityKind::User: return quotas::users_max;
        case IdentityKind::Group: return quotas::groups_max;
        case IdentityKind::Role: return quotas::roles_max;
    }
    return quotas::users_max;
}

std::size_t inline_characters_max(IdentityKind kind) {
    switch (kind) {
        case IdentityKind::User: return quotas::user_inline_characters_max;
        case IdentityKind::Group: return quotas::group_inline_characters_max;
        case IdentityKind::Role: return quotas::role_inline_characters_max;
    }
    return quotas::user_inline_characters_max;
}

Error delete_conflict(std::string_view first) {
    return {ErrorKind::NotAllowed, fmt::format("Cannot delete entity, must {} first.", first), {}};
}

Result<void> check_trust_policy(const std::string& document) {
    const auto parsed = policy::parse_document(document, policy::Dialect::TrustPolicy,
                                               {.characters_max = quotas::trust_characters_max});
    if (parsed) return {};
    return fail(ErrorKind::InvalidInput, parsed.error().describe(),
                {.field = std::string(document_field)});
}

std::unexpected<Error> no_such_policy(const IdentityName& name, const std::string& policy) {
    return fail(ErrorKind::NotFound, fmt::format("The {} policy with name {} cannot be found.",
                                                 name_of_choice(name.kind), policy));
}

}  // namespace

Result<void> IdentityRecords::check_document(const std::string& document) const {
    const auto parsed = policy::parse_document(
        document, policy::Dialect::IdentityPolicy,
        {.characters_max = static_cast<std::uint32_t>(quotas::role_inline_characters_max)});
    if (parsed) return {};
    return fail(ErrorKind::InvalidInput, parsed.error().describe(),
                {.field = std::string(document_field)});
}

Result<void> IdentityRecords::check(const Identity& wanted) const {
    if (const auto fault = tags_fault(wanted.tags)) return fail(ErrorKind::InvalidInput, *fault);
    if (wanted.name.kind != IdentityKind::Role) return {};
    return check_trust_policy(wanted.trust_policy);
}

Result<Identity> IdentityRecords::create(const Tenant& tenant, Identity wanted) {
    if (auto checked = check(wanted); !checked) return fail(std::move(checked.error()));
    if (wanted.name.kind == IdentityKind::Role) {
        auto ids = ids_named_in(store_, wanted.trust_policy);
        if (!ids) return fail(std::move(ids.error()));
        wanted.trusted_ids = std::move(*ids);
    }
    wanted.id = make_unique_id(parts_.random, id_prefix(wanted.name.kind));
    wanted.created = parts_.clock.wall_now();
    const IdentityKind kind = wanted.name.kind;
    const auto key = key_of(tenant.account, wanted.name);
    const Error exists{
        ErrorKind::Conflict,
        fmt::format("{} with name {} already exists.", titled(kind), wanted.name.name),
        {}};
    if (auto checked = check_case(store_, key, exists); !checked) {
        return fail(std::move(checked.error()));
    }
    const Error full{
        ErrorKind::LimitExceeded,
        fmt::format("Cannot exceed quota for {}sPerAccount: {}", titled(kind), count_max(kind)),
        {}};
    const auto applied =
        store_.apply(storage::Batch()
                         .require(storage::IsAbsent{key}, exists)
                         .require(storage::FewerThan{key.tenant, key.kind, count_max(kind)}, full)
                         .put(key, encode(wanted)));
    if (!applied) return fail(applied.error());
    return wanted;
}

Result<Identity> IdentityRecords::get(const Tenant& tenant, const IdentityName& name) {
    auto found = find_identity(store_, tenant.account, name);
    if (!found) return fail(std::move(found.error()));
    return std::move(found->identity);
}

Result<Listed<Identity>> IdentityRecords::list(const Tenant& tenant, IdentityKind kind,
                                               const std::string& path_prefix,
                                               const Paging& paging) {
    const auto key = key_of(tenant.account, IdentityName{kind, "any"});
    return list_records<Identity>(
        store_, {.tenant = key.tenant, .kind = key.kind}, paging,
        [&](const storage::Record& record) { return decode_identity(record, kind); },
        [&](const Identity& each) { return each.path.starts_with(path_prefix); });
}

template <class Change>
Result<void> IdentityRecords::change(const Tenant& tenant, const IdentityName& name,
                                     Change change) {
    return persistently([&]() -> Result<void> {
        auto found = find_identity(store_, tenant.account, name);
        if (!found) return fail(std::move(found.error()));
        const auto key = key_of(tenant.account, name);
        storage::Batch batch;
        batch.require(storage::HasRevision{key, found->revision}, overtaken(name.text()));
        if (Result<void> changed = change(found->identity, batch); !changed) return changed;
        batch.put(key, encode(found->identity));
        if (const auto applied = store_.apply(batch); !applied) return fail(applied.error());
        return {};
    });
}

Result<void> IdentityRecords::remove(const Tenant& tenant, const IdentityName& name) {
    return persistently([&]() -> Result<void> {
        const auto found = find_identity(store_, tenant.account, name);
        if (!found) return fail(found.error());
        if (!found->identity.policies.empty()) return fail(delete_conflict("delete policies"));
        const auto key = key_of(tenant.account, name);
        const Tenant home = key.tenant;
        storage::Batch batch;
        batch.require(storage::HasRevision{key, found->revision}, overtaken(name.text()));
        batch.require(
            storage::HasNoLinks{home, attachment_relation, storage::Direction::From, name.text()},
            delete_conflict("detach all policies"));
        if (name.kind == IdentityKind::User) {
            batch.require(
                storage::HasNoLinks{home, user_key_relation, storage::Direction::From, name.name},
                delete_conflict("delete access keys"));
            batch.require(
                storage::HasNoLinks{home, membership_relation, storage::Direction::From, name.name},
                delete_conflict("remove users from group"));
        } else if (name.kind == IdentityKind::Group) {
            batch.require(
                storage::HasNoLinks{home, membership_relation, storage::Direction::To, name.name},
                delete_conflict("remove users from group"));
        }
        batch.change(storage::Remove{key});
        if (const auto applied = store_.apply(batch); !applied) return fail(applied.error());
        return {};
    });
}

Result<void> IdentityRecords::set_trust_policy(const Tenant& tenant, const std::string& role,
                                               std::string document) {
    if (auto checked = check_trust_policy(document); !checked) return checked;
    return change(tenant, {IdentityKind::Role, role},
                  [&](Identity& identity, storage::Batch&) -> Result<void> {
                      auto ids = ids_named_in(store_, document);
                      if (!ids) return fail(std::move(ids.error()));
                      identity.trusted_ids = std::move(*ids);
                      identity.trust_policy = document;
                      return {};
                  });
}

Result<void> IdentityRecords::update_role(const Tenant& tenant, const std::string& role,
                                          const RoleChange& wanted) {
    return change(tenant, {IdentityKind::Role, role},
                  [&](Identity& identity, storage::Batch&) -> Result<void> {
                      if (wanted.description) identity.description = *wanted.description;
                      if (wanted.session_seconds_max) {
                          identity.session_seconds_max = *wanted.session_seconds_max;
                      }
                      return {};
                  });
}

Result<void> IdentityRecords::change_tags(const Tenant& tenant, const IdentityName& name,
                                          const TagChange& wanted) {
    return change(tenant, name, [&](Identity& identity, storage::Batch&) {
        return apply_change(wanted, identity.tags);
    });
}

Result<void> IdentityRecords::put_policy(const Tenant& tenant, const IdentityName& name,
                                         const std::string& policy, std::string document) {
    if (auto checked = check_document(document); !checked) return checked;
    return change(tenant, name, [&](Identity& identity, storage::Batch&) -> Result<void> {
        identity.policies[policy] = document;
        std::size_t characters = 0;
        for (const auto& [each, text] : identity.policies) {
            characters += policy::counted_characters(text);
        }
        const std::size_t most = inline_characters_max(name.kind);
        if (characters <= most) return {};
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("Maximum policy size of {} bytes exceeded for {} {}", most,
                                name_of_choice(name.kind), name.name));
    });
}

Result<std::string> IdentityRecords::policy(const Tenant& tenant, const IdentityName& name,
                                            const std::string& policy) {
    const auto identity = get(tenant, name);
    if (!identity) return fail(identity.error());
    const auto found = identity->policies.find(policy);
    if (found == identity->policies.end()) return no_such_policy(name, policy);
    return found->second;
}

Result<Listed<std::string>> IdentityRecords::policies(const Tenant& tenant,
                                                      const IdentityName& name,
                                                      const Paging& paging) {
    const auto identity = get(tenant, name);
    if (!identity) return fail(identity.error());
    std::vector<std::string> names;
    for (const auto& [each, document] : identity->policies) names.push_back(each);
    const storage::ListQuery scope{.tenant = home_of(tenant.account),
                                   .kind = storage::Kind("inline-policy"),
                                   .prefix = name.text()};
    return list_items(std::move(names), scope, paging,
                      [](const std::string& each) { return each; });
}

Result<void> IdentityRecords::remove_policy(const Tenant& tenant, const IdentityName& name,
                                            const std::string& policy) {
    return change(tenant, name, [&](Identity& identity, storage::Batch&) -> Result<void> {
        if (identity.policies.erase(policy) == 0) return no_such_policy(name, policy);
        return {};
    });
}

Result<void> IdentityRecords::attach(const Tenant& tenant, const IdentityName& name,
                                     const std::string& arn) {
    const auto found = find_policy(store_, tenant, arn);
    if (!found && found.error().kind == ErrorKind::NotFound) {
        return fail(ErrorKind::NotFound,
                    fmt::format("Policy {} does not exist or is not attachable.", arn));
    }
    if (!found) return fail(found.error());
    const storage::Link link{home_of(tenant.account), attachment_relation, name.text(),
                             found->policy.link_end()};
    return change(tenant, name, [&](Identity&, storage::Batch& batch) -> Result<void> {
        const auto links =
            store_.links({link.tenant, link.relation, storage::Direction::From, link.from});
        if (!links) return fail(links.error());
        if (links->names.size() >= quotas::attached_max &&
            std::ranges::count(links->names, link.to) == 0) {
            return fail(ErrorKind::LimitExceeded,
                        fmt::format("Cannot exceed quota for PoliciesPer{}: {}", titled(name.kind),
                                    quotas::attached_max));
        }
        if (!found->policy.is_aws) {
            batch.require(storage::Exists{key_of(tenant.account, found->policy.name)},
                          overtaken("policy " + arn));
        }
        batch.change(storage::AddLink{link});
        return {};
    });
}

Result<void> IdentityRecords::detach(const Tenant& tenant, const IdentityName& name,
                                     const std::string& arn) {
    const auto found = find_policy(store_, tenant, arn);
    if (!found) return fail(found.error());
    const storage::Link link{home_of(tenant.account), attachment_relation, name.text(),
                             found->policy.link_end()};
    return change(tenant, name, [&](Identity&, storage::Batch& batch) -> Result<void> {
        batch.require(storage::IsLinked{link},
                      Error{ErrorKind::NotFound, fmt::format("Policy {} was not found.", arn), {}});
        batch.change(storage::RemoveLink{link});
        return {};
    });
}

Result<Listed<ManagedPolicy>> IdentityRecords::attached(const Tenant& tenant,
                                                        const IdentityName& name,
                                                        const Paging& paging) {
    if (const auto found = get(tenant, name); !found) return fail(found.error());
    auto links = list_links(store_,
                            {.tenant = home_of(tenant.account),
                             .relation = attachment_relation,
                             .direction = storage::Direction::From,
                             .name = name.text()},
                            paging);
    if (!links) return fail(std::move(links.error()));
    Listed<ManagedPolicy> page{.items = {}, .marker = std::move(links->next_page)};
    for (const std::string& each : links->names) {
        auto policy = linked_policy(store_, tenant.account, each);
        // One that left while we looked.
        if (!policy && policy.error().kind == ErrorKind::NotFound) continue;
        if (!policy) return fail(std::move(policy.error()));
        page.items.push_back(std::move(*policy));
    }
    return page;
}

Result<Listed<Identity>> IdentityRecords::holders(const Tenant& tenant, const std::string& arn,
                                                  const Paging& paging) {
    const auto found = find_policy(store_, tenant, arn);
    if (!found) return fail(found.error());
    auto links = list_links(store_,
                            {.tenant = home_of(tenant.account),
                             .relation = attachment_relation,
                             .direction = storage::Direction::To,
                             .name = found->policy.link_end()},
                            paging);
    if (!links) return fail(std::move(links.error()));
    Listed<Identity> page{.items = {}, .marker = std::move(links->next_page)};
    for (const std::string& each : links->names) {
        const auto name = parse_identity_name(each);
        if (!name) return fail(ErrorKind::Corrupt, fmt::format("'{}' has policies attached", each));
        auto identity = get(tenant, *name);
        // One that left while we looked.
        if (!identity && identity.error().kind == ErrorKind::NotFound) continue;
        if (!identity) return fail(std::move(identity.error()));
        page.items.push_back(std::move(*identity));
    }
    return page;
}

Result<void> IdentityRecords::add_member(const Tenant& tenant, const std::string& group,
                                         const std::string& user) {
    const auto key = key_of(tenant.account, IdentityName{IdentityKind::Group, group});
    if (const auto found = get(tenant, {IdentityKind::Group, group}); !found) {
        return fail(found.error());
    }
    return change(
        tenant, {IdentityKind::User, user}, [&](Identity&, storage::Batch& batch) -> Result<void> {
            const auto groups = groups_of(tenant, user, {.items_max = 1000});
            if (!groups) return fail(groups.error());
            const auto is_it = [&](const Identity& each) { return each.name.name == group; };
            if (groups->items.size() >= quotas::groups_of_user_max &&
                std::ranges::none_of(groups->items, is_it)) {
                return fail(ErrorKind::LimitExceeded,
                            fmt::format("Cannot exceed quota for GroupsPerUser: {}",
                                        quotas::groups_of_user_max));
            }
            batch.require(storage::Exists{key}, overtaken("group/" + group));
            batch.change(storage::AddLink{{key.tenant, membership_relation, user, group}});
            return {};
        });
}

Result<void> IdentityRecords::remove_member(const Tenant& tenant, const std::string& group,
                                            const std::string& user) {
    if (const auto found = get(tenant, {IdentityKind::Group, group}); !found) {
        return fail(found.error());
    }
    return change(
        tenant, {IdentityKind::User, user}, [&](Identity&, storage::Batch& batch) -> Result<void> {
            const storage::Link link{home_of(tenant.account), membership_relation, user, group};
            batch.require(storage::IsLinked{link},
                          Error{ErrorKind::NotFound,
                                fmt::format("User {} is not in group {}.", user, group),
                                {}});
            batch.change(storage::RemoveLink{link});
            return {};
        });
}

Result<Listed<Identity>> IdentityRecords::linked(const Tenant& tenant, const IdentityName& name,
                                                 IdentityKind kind, storage::Direction direction,
                                                 const Paging& paging) {
    if (const auto found = get(tenant, name); !found) return fail(found.error());
    auto links = list_links(store_,
                            {.tenant = home_of(tenant.account),
                             .relation = membership_relation,
                             .direction = direction,
                             .name = name.name},
                            paging);
    if (!links) return fail(std::move(links.error()));
    Listed<Identity> page{.items = {}, .marker = std::move(links->next_page)};
    for (std::string& each : links->names) {
        auto identity = get(tenant, {kind, std::move(each)});
        // One that left while we looked.
        if (!identity && identity.error().kind == ErrorKind::NotFound) continue;
        if (!identity) return fail(std::move(identity.error()));
        page.items.push_back(std::move(*identity));
    }
    return page;
}

Result<Listed<Identity>> IdentityRecords::members(const Tenant& tenant, const std::string& group,
                                                  const Paging& paging) {
    return linked(tenant, {IdentityKind::Group, group}, IdentityKind::User, storage::Direction::To,
                  paging);
}

Result<Listed<Identity>> IdentityRecords::groups_of(const Tenant& tenant, const std::string& user,
                                                    const Paging& paging) {
    return linked(tenant, {IdentityKind::User, user}, IdentityKind::Group, storage::Direction::From,
                  paging);
}

}  // namespace gatehouse::iam
