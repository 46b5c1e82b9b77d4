// Access keys and accounts as stored records. They belong to the whole server: a key's id is
// unique over all accounts. The names in the JSON are on disk: they are never changed.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/choice.h"
#include "base/result.h"
#include "base/tenant.h"
#include "iam/key_maker.h"
#include "storage/resource_store.h"
#include "storage/secret_box.h"

namespace gatehouse::iam {

inline const storage::Kind access_key_kind{"access-key"};
inline const storage::Kind account_kind{"account"};
// Where both kinds are kept; see storage::RecordKey.
inline const Tenant whole_server{AccountId(""), Region("")};

enum class KeyStatus : std::uint8_t { Active, Inactive };

struct StoredKey {
    AccessKeyId id;
    AccountId account;
    std::string user_name;  // empty: the account's root user
    KeyStatus status = KeyStatus::Active;
    std::string sealed_secret;
    std::string user_path = "/";

    bool is_root() const { return user_name.empty(); }
    bool operator==(const StoredKey&) const = default;
};

storage::RecordKey key_of(const AccessKeyId& id);
storage::RecordKey key_of(const AccountId& account);

// What the secret of a key is sealed with, so that it opens for this key alone.
std::string seal_context(const AccessKeyId& id);

std::string encode(const StoredKey& key);
// Corrupt, naming the key.
Result<StoredKey> decode_key(const storage::Record& record);

// arn:aws:iam::ACCOUNT:root, or …:user/PATH/NAME. The partition follows the region.
std::string principal_of(const StoredKey& key, const Region& region);

}  // namespace gatehouse::iam

template <>
struct gatehouse::ChoiceNames<gatehouse::iam::KeyStatus> {
    static constexpr std::array<std::string_view, 2> names{"Active", "Inactive"};
};
