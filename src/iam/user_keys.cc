#include "iam/user_keys.h"

#include <fmt/format.h>

#include <utility>

#include "iam/changes.h"
#include "iam/identity_record.h"
#include "iam/quotas.h"
#include "iam/record_lookup.h"

namespace gatehouse::iam {
namespace {

std::unexpected<Error> no_such_key(const AccessKeyId& id) {
    return fail(ErrorKind::NotFound,
                fmt::format("The Access Key with id {} cannot be found.", id.view()));
}

}  // namespace

Result<NewUserKey> UserKeys::create(const Tenant& tenant, const std::string& user) {
    const IdentityName name{IdentityKind::User, user};
    return persistently([&]() -> Result<NewUserKey> {
        const auto found = find_identity(store_, tenant.account, name);
        if (!found) return fail(found.error());
        const auto user_key = key_of(tenant.account, name);
        const auto links =
            store_.links({.tenant = user_key.tenant, .relation = user_key_relation, .name = user});
        if (!links) return fail(links.error());
        if (links->names.size() >= quotas::keys_of_user_max) {
            return fail(ErrorKind::LimitExceeded,
                        fmt::format("Cannot exceed quota for AccessKeysPerUser: {}",
                                    quotas::keys_of_user_max));
        }
        std::string secret = make_secret(parts_.random);
        const AccessKeyId id = make_access_key_id(parts_.random);
        StoredKey key{.id = id,
                      .account = tenant.account,
                      .user_name = user,
                      .status = KeyStatus::Active,
                      .sealed_secret = parts_.box.seal(secret, seal_context(id)),
                      .user_path = found->identity.path};
        // The user's record is written, too: who counts its keys meanwhile begins anew.
        const auto applied = store_.apply(
            storage::Batch()
                .require(storage::HasRevision{user_key, found->revision}, overtaken(name.text()))
                .require(storage::IsAbsent{key_of(id)}, overtaken("the access key"))
                .put(user_key, encode(found->identity))
                .put(key_of(id), encode(key))
                .change(storage::AddLink{{user_key.tenant, user_key_relation, user, id.value()}}));
        if (!applied) return fail(applied.error());
        const auto made = store_.get(key_of(id));
        if (!made) return fail(made.error());
        return NewUserKey{{std::move(key), made->created}, std::move(secret)};
    });
}

Result<Listed<UserKey>> UserKeys::list(const Tenant& tenant, const std::string& user,
                                       const Paging& paging) {
    if (const auto found = find_identity(store_, tenant.account, {IdentityKind::User, user});
        !found) {
        return fail(found.error());
    }
    auto links = list_links(store_,
                            {.tenant = home_of(tenant.account),
                             .relation = user_key_relation,
                             .direction = storage::Direction::From,
                             .name = user},
                            paging);
    if (!links) return fail(std::move(links.error()));
    Listed<UserKey> page{.items = {}, .marker = std::move(links->next_page)};
    for (const std::string& id : links->names) {
        const auto record = store_.get(key_of(AccessKeyId(id)));
        if (!record && record.error().kind == ErrorKind::NotFound) continue;
        if (!record) return fail(record.error());
        auto key = decode_key(*record);
        if (!key) return fail(std::move(key.error()));
        page.items.push_back({std::move(*key), record->created});
    }
    return page;
}

Result<UserKeys::Found> UserKeys::find(const Tenant& tenant, const std::string& user,
                                       const AccessKeyId& id) {
    if (const auto found = find_identity(store_, tenant.account, {IdentityKind::User, user});
        !found) {
        return fail(found.error());
    }
    auto record = store_.get(key_of(id));
    if (!record && record.error().kind == ErrorKind::NotFound) return no_such_key(id);
    if (!record) return fail(std::move(record.error()));
    auto key = decode_key(*record);
    if (!key) return fail(std::move(key.error()));
    if (key->account != tenant.account || key->user_name != user) return no_such_key(id);
    return Found{std::move(*key), std::move(*record)};
}

Result<void> UserKeys::set_status(const Tenant& tenant, const std::string& user,
                                  const AccessKeyId& id, KeyStatus status) {
    return persistently([&]() -> Result<void> {
        auto found = find(tenant, user, id);
        if (!found) return fail(std::move(found.error()));
        found->key.status = status;
        const auto applied = store_.apply(
            storage::Batch()
                .require(storage::HasRevision{found->record.key, found->record.revision},
                         overtaken("access key " + id.value()))
                .put(found->record.key, encode(found->key)));
        if (!applied) return fail(applied.error());
        return {};
    });
}

Result<void> UserKeys::remove(const Tenant& tenant, const std::string& user,
                              const AccessKeyId& id) {
    const auto found = find(tenant, user, id);
    if (!found) return fail(found.error());
    const auto applied =
        store_.apply(storage::Batch()
                         .change(storage::Remove{found->record.key})
                         .change(storage::RemoveLink{
                             {home_of(tenant.account), user_key_relation, user, id.value()}}));
    if (!applied) return fail(applied.error());
    return {};
}

Result<std::string> UserKeys::owner(const Tenant& tenant, const AccessKeyId& id) {
    const auto record = store_.get(key_of(id));
    if (!record && record.error().kind == ErrorKind::NotFound) return no_such_key(id);
    if (!record) return fail(record.error());
    auto key = decode_key(*record);
    if (!key) return fail(std::move(key.error()));
    if (key->account != tenant.account) return no_such_key(id);
    return std::move(key->user_name);
}

}  // namespace gatehouse::iam
