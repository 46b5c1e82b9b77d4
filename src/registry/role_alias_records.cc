#include "registry/role_alias_records.h"

#include <fmt/format.h>

#include <utility>

#include "base/resource_tags.h"
#include "registry/persistently.h"
#include "registry/role_alias_record.h"
#include "registry/role_arn.h"

namespace gatehouse::registry {

Outcome<RoleAlias> RoleAliasRecords::create(const Tenant& tenant, const NewRoleAlias& wanted) {
    if (auto checked = check_role_arn(wanted.role_arn); !checked) {
        return refuse(std::move(checked.error()));
    }
    if (const auto fault = tags_fault(wanted.tags)) {
        return refuse(Refusal::InvalidRequest, *fault, "tags");
    }
    const RoleAlias alias{.tenant = tenant,
                          .name = wanted.name,
                          .role_arn = wanted.role_arn,
                          .credential_seconds = wanted.credential_seconds,
                          .tags = wanted.tags};
    const auto key = key_of(tenant, wanted.name);
    storage::Batch batch;
    batch.require(storage::IsAbsent{key}, changed_meanwhile(role_alias_words, wanted.name.view()));
    batch.require(storage::FewerThan{tenant, role_alias_kind, role_aliases_max},
                  Error{ErrorKind::LimitExceeded,
                        fmt::format("an account has at most {} role aliases", role_aliases_max),
                        {}});
    batch.put(key, encode(alias));
    const auto created = store_.apply(batch);
    if (created) return describe(tenant, wanted.name);
    auto refused = refused_by(created.error());
    if (refused.refusal != Refusal::VersionConflict) return refuse(std::move(refused));
    return refuse(Refused{
        Refusal::ResourceAlreadyExists,
        fmt::format("RoleAlias cannot be created - already exists (name={})", wanted.name.view()),
        "roleAlias", wanted.name.value(), alias.arn()});
}

Outcome<Stored<RoleAlias>> RoleAliasRecords::read(const Tenant& tenant, const RoleAliasName& name) {
    return read_stored(store_, key_of(tenant, name), role_alias_words, decode_role_alias);
}

Outcome<RoleAlias> RoleAliasRecords::describe(const Tenant& tenant, const RoleAliasName& name) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->value);
}

Outcome<RoleAlias> RoleAliasRecords::update(const Tenant& tenant, const RoleAliasName& name,
                                            const RoleAliasChange& change) {
    return persistently([&] { return try_update(tenant, name, change); });
}

Outcome<RoleAlias> RoleAliasRecords::try_update(const Tenant& tenant, const RoleAliasName& name,
                                                const RoleAliasChange& change) {
    auto stored = read(tenant, name);
    if (!stored) return refuse(std::move(stored.error()));
    RoleAlias& alias = stored->value;
    if (change.role_arn) {
        if (auto checked = check_role_arn(*change.role_arn); !checked) {
            return refuse(std::move(checked.error()));
        }
        alias.role_arn = *change.role_arn;
    }
    alias.credential_seconds = change.credential_seconds.value_or(alias.credential_seconds);
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision},
                  changed_meanwhile(role_alias_words, name.view()));
    batch.put(key, encode(alias));
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return alias;
}

Outcome<void> RoleAliasRecords::remove(const Tenant& tenant, const RoleAliasName& name) {
    const auto key = key_of(tenant, name);
    storage::Batch batch;
    batch.require(storage::Exists{key}, Error{ErrorKind::NotFound, "", {}});
    batch.change(storage::Remove{key});
    const auto removed = store_.apply(batch);
    if (removed) return {};
    if (removed.error().kind == ErrorKind::NotFound) {
        return refuse(missing(store_, key, role_alias_words));
    }
    return refuse(refused_by(removed.error()));
}

Outcome<Page<RoleAlias>> RoleAliasRecords::list(const Tenant& tenant, const Listing& listing) {
    return list_records<RoleAlias>(store_, {.tenant = tenant, .kind = role_alias_kind}, listing,
                                   decode_role_alias, [](const RoleAlias&) { return true; });
}

}  // namespace gatehouse::registry
