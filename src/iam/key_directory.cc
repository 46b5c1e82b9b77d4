#include "iam/key_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "iam/record_lookup.h"

namespace gatehouse::iam {

Result<std::shared_ptr<const KeyDirectory>> KeyDirectory::read(storage::ResourceStore& store,
                                                               const storage::SecretBox& box,
                                                               const Region& region) {
    auto directory = std::make_shared<KeyDirectory>();
    auto accounts = store.scan(account_kind, [&](storage::Record record) {
        directory->accounts_.emplace(std::move(record.key.name));
    });
    if (!accounts) return fail(std::move(accounts.error()));
    auto keys = store.scan(access_key_kind,
                           [&](storage::Record record) { directory->add(record, box, region); });
    if (!keys) return fail(std::move(keys.error()));
    if (auto named = directory->add_user_ids(store); !named) return fail(std::move(named.error()));
    return directory;
}

Result<void> KeyDirectory::add_user_ids(storage::ResourceStore& store) {
    for (auto& [id, entry] : keys_) {
        if (entry.stored.is_root()) continue;
        auto user = find_identity(store, entry.stored.account,
                                  {.kind = IdentityKind::User, .name = entry.stored.user_name});
        if (user) {
            entry.key.identity_id = std::move(user->identity.id);
        } else if (user.error().kind != ErrorKind::NotFound) {
            return fail(std::move(user.error()));
        }
    }
    return {};
}

void KeyDirectory::add(const storage::Record& record, const storage::SecretBox& box,
                       const Region& region) {
    auto stored = decode_key(record);
    if (!stored) {
        problems_.push_back(std::move(stored.error()));
        return;
    }
    auto secret = box.open(stored->sealed_secret, seal_context(stored->id));
    if (!secret) {
        problems_.push_back({secret.error().kind,
                             fmt::format("the secret of access key {} cannot be read: {}",
                                         stored->id.view(), secret.error().message),
                             {}});
        return;
    }
    signature::AccessKey key{.secret = std::move(*secret),
                             .account = stored->account,
                             .principal = principal_of(*stored, region),
                             .session_token = {},
                             .expires = {}};
    AccessKeyId id = stored->id;
    keys_.emplace(std::move(id), Entry{std::move(*stored), std::move(key)});
}

const KeyDirectory::Entry* KeyDirectory::find(const AccessKeyId& id) const {
    const auto found = keys_.find(id);
    return found == keys_.end() ? nullptr : &found->second;
}

std::vector<const KeyDirectory::Entry*> KeyDirectory::root_keys(const AccountId& account) const {
    std::vector<const Entry*> found;
    for (const auto& [id, entry] : keys_) {
        if (entry.stored.account == account && entry.stored.is_root()) found.push_back(&entry);
    }
    std::ranges::sort(found, {}, [](const Entry* entry) { return entry->stored.id; });
    return found;
}

}  // namespace gatehouse::iam
