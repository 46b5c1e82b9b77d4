// IdentityRecords::rename and rename_group: everything that knows a user or a group by its name
// goes along.
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "iam/identity_record.h"
#include "iam/identity_records.h"
#include "iam/record_lookup.h"
#include "iam/stored_key.h"
#include "policy/ascii_case.h"
#include "storage/resource_store.h"

namespace gatehouse::iam {
namespace {

// A name's end of the links of one relation.
struct LinkEnd {
    storage::Relation relation;
    storage::Direction direction;
    std::string from;
    std::string to;
};

// The links that start, or end, at one name do so at the other.
Result<void> move_links(storage::ResourceStore& store, storage::Batch& batch, const Tenant& home,
                        const LinkEnd& moved) {
    storage::LinkQuery query{.tenant = home,
                             .relation = moved.relation,
                             .direction = moved.direction,
                             .name = moved.from,
                             .limit = storage::page_records_max};
    const auto link = [&](const std::string& other) {
        return moved.direction == storage::Direction::From
                   ? storage::Link{home, moved.relation, moved.to, other}
                   : storage::Link{home, moved.relation, other, moved.to};
    };
    do {
        const auto links = store.links(query);
        if (!links) return fail(links.error());
        for (const std::string& other : links->names) {
            batch.change(storage::AddLink{link(other)});
        }
        query.page_token = links->next_page;
    } while (!query.page_token.empty());
    // All of them, also one that came meanwhile: it must not wait for the next of the old name.
    batch.change(storage::RemoveLinks{home, moved.relation, moved.direction, moved.from});
    return {};
}

// All that know it by its name.
std::vector<LinkEnd> ends_of(const IdentityName& old_name, const IdentityName& new_name) {
    using storage::Direction;
    std::vector<LinkEnd> ends{
        {attachment_relation, Direction::From, old_name.text(), new_name.text()}};
    const bool is_user = old_name.kind == IdentityKind::User;
    ends.push_back({membership_relation, is_user ? Direction::From : Direction::To, old_name.name,
                    new_name.name});
    if (is_user) {
        ends.push_back({user_key_relation, Direction::From, old_name.name, new_name.name});
    }
    return ends;
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
    return rename(tenant, IdentityName{IdentityKind::User, name}, new_name, new_path);
}

Result<void> IdentityRecords::rename_group(const Tenant& tenant, const std::string& name,
                                           const std::optional<std::string>& new_name,
                                           const std::optional<std::string>& new_path) {
    return rename(tenant, IdentityName{IdentityKind::Group, name}, new_name, new_path);
}

Result<void> IdentityRecords::rename(const Tenant& tenant, const IdentityName& old_name,
                                     const std::optional<std::string>& new_name,
                                     const std::optional<std::string>& new_path) {
    const bool is_user = old_name.kind == IdentityKind::User;
    return persistently([&]() -> Result<void> {
        auto found = find_identity(store_, tenant.account, old_name);
        if (!found) return fail(std::move(found.error()));
        Identity renamed = std::move(found->identity);
        if (new_path) renamed.path = *new_path;
        if (new_name) renamed.name.name = *new_name;
        const Tenant home = home_of(tenant.account);
        const auto old_key = key_of(tenant.account, old_name);
        const auto new_key = key_of(tenant.account, renamed.name);
        storage::Batch batch;
        batch.require(storage::HasRevision{old_key, found->revision}, overtaken(old_name.text()));
        if (is_user) {
            auto done = rewrite_keys(store_, batch, home, old_name.name, renamed);
            if (!done) return done;
        }
        if (new_key != old_key) {
            const Error exists{ErrorKind::Conflict,
                               fmt::format("{} with name {} already exists.",
                                           is_user ? "User" : "Group", renamed.name.name),
                               {}};
            batch.require(storage::IsAbsent{new_key}, exists);
            const bool is_own = policy::same_ignoring_case(old_name.name, renamed.name.name);
            if (auto checked = is_own ? Result<void>() : check_case(store_, new_key, exists);
                !checked) {
                return checked;
            }
            for (const LinkEnd& end : ends_of(old_name, renamed.name)) {
                if (auto moved = move_links(store_, batch, home, end); !moved) return moved;
            }
            batch.change(storage::Remove{old_key});
        }
        batch.put(new_key, encode(renamed));
        if (const auto applied = store_.apply(batch); !applied) return fail(applied.error());
        return {};
    });
}

}  // namespace gatehouse::iam
