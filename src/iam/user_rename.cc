// IdentityRecords::rename: everything that knows a user by its name goes along.
#include <tuple>
#include <utility>

#include "iam/identity_record.h"
#include "iam/identity_records.h"
#include "iam/record_lookup.h"
#include "iam/stored_key.h"
#include "policy/ascii_case.h"
#include "storage/resource_store.h"

namespace gatehouse::iam {
namespace {

// The links that start at one name start at the other.
Result<void> move_links(storage::ResourceStore& store, storage::Batch& batch, const Tenant& home,
                        const storage::Relation& relation, const std::string& from,
                        const std::string& to) {
    const auto links = store.links({.tenant = home, .relation = relation, .name = from});
    if (!links) return fail(links.error());
    for (const std::string& end : links->names) {
        batch.change(storage::RemoveLink{{home, relation, from, end}});
        batch.change(storage::AddLink{{home, relation, to, end}});
    }
    return {};
}

Result<void> rewrite_keys(storage::ResourceStore& store, storage::Batch& batch, const Tenant& home,
                          const std::string& old_name, const Identity& user) {
    const auto links =
        store.links({.tenant = home, .relation = user_key_relation, .name = old_name});
    if (!links) return fail(links.error());
    for (const std::string& id : links->names) {
        const auto record = store.get(key_of(AccessKeyId(id)));
        if (!record) return fail(record.error());
        auto key = decode_key(*record);
        if (!key) return fail(std::move(key.error()));
        key->user_name = user.name.name;
        key->user_path = user.path;
        batch.require(storage::HasRevision{record->key, record->revision},
                      overtaken("access key " + id));
        batch.put(record->key, encode(*key));
    }
    return {};
}

}  // namespace

Result<void> IdentityRecords::rename(const Tenant& tenant, const std::string& name,
                                     const std::optional<std::string>& new_name,
                                     const std::optional<std::string>& new_path) {
    const IdentityName old_name{IdentityKind::User, name};
    return persistently([&]() -> Result<void> {
        auto found = find_identity(store_, tenant.account, old_name);
        if (!found) return fail(std::move(found.error()));
        Identity user = std::move(found->identity);
        if (new_path) user.path = *new_path;
        if (new_name) user.name.name = *new_name;
        const Tenant home = home_of(tenant.account);
        const auto old_key = key_of(tenant.account, old_name);
        const auto new_key = key_of(tenant.account, user.name);
        storage::Batch batch;
        batch.require(storage::HasRevision{old_key, found->revision}, overtaken(old_name.text()));
        if (auto done = rewrite_keys(store_, batch, home, name, user); !done) return done;
        if (new_key != old_key) {
            const Error exists{
                ErrorKind::Conflict, "User with name " + user.name.name + " already exists.", {}};
            batch.require(storage::IsAbsent{new_key}, exists);
            const bool is_own = policy::same_ignoring_case(old_name.name, user.name.name);
            if (auto checked = is_own ? Result<void>() : check_case(store_, new_key, exists);
                !checked) {
                return checked;
            }
            for (const auto& [relation, from, to] :
                 {std::tuple{attachment_relation, old_name.text(), user.name.text()},
                  std::tuple{membership_relation, name, user.name.name},
                  std::tuple{user_key_relation, name, user.name.name}}) {
                if (auto moved = move_links(store_, batch, home, relation, from, to); !moved) {
                    return moved;
                }
            }
            batch.change(storage::Remove{old_key});
        }
        batch.put(new_key, encode(user));
        if (const auto applied = store_.apply(batch); !applied) return fail(applied.error());
        return {};
    });
}

}  // namespace gatehouse::iam
