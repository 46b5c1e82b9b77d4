// All accounts and their lasting access keys as they stand at one moment.
//
// Threads: immutable; any.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "iam/stored_key.h"
#include "signature/key_lookup.h"

namespace gatehouse::iam {

class KeyDirectory {
public:
    struct Entry {
        StoredKey stored;
        signature::AccessKey key;  // with the secret in clear
    };

    KeyDirectory() = default;
    // Reads everything from the store (blocking). A key that does not read back, or does not
    // open, is left out and named in problems(). `region` gives the partition of ARNs.
    static Result<std::shared_ptr<const KeyDirectory>> read(storage::ResourceStore& store,
                                                            const storage::SecretBox& box,
                                                            const Region& region);

    // Null when there is none. Inactive keys are found too.
    const Entry* find(const AccessKeyId& id) const;
    bool has_account(const AccountId& account) const { return accounts_.contains(account); }
    std::size_t account_count() const { return accounts_.size(); }
    // Keys of the account's root user, by id.
    std::vector<const Entry*> root_keys(const AccountId& account) const;
    const std::vector<Error>& problems() const { return problems_; }

private:
    void add(const storage::Record& record, const storage::SecretBox& box, const Region& region);
    Result<void> add_user_ids(storage::ResourceStore& store);

    std::unordered_map<AccessKeyId, Entry> keys_;
    std::unordered_set<AccountId> accounts_;
    std::vector<Error> problems_;
};

}  // namespace gatehouse::iam
