// Access keys of users: their secrets are sealed in the store and told once.
// Source: IAM API Reference, CreateAccessKey, ListAccessKeys, UpdateAccessKey, DeleteAccessKey.
//
// Threads: every method may be called from any thread, and blocks. Whoever changes keys has
// Accounts::publish() called afterwards.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "iam/listing.h"
#include "iam/stored_key.h"
#include "storage/resource_store.h"
#include "storage/secret_box.h"

namespace gatehouse::iam {

struct UserKey {
    StoredKey key;
    WallTime created{};
};
struct NewUserKey {
    UserKey key;
    std::string secret;
};

// NotFound everywhere: no such user, or the key is not the user's.
class UserKeys {
public:
    struct Parts {
        const storage::SecretBox& box;
        Random& random;
    };
    UserKeys(storage::ResourceStore& store, const Parts& parts) : store_(store), parts_(parts) {}

    // LimitExceeded: the user has two.
    Result<NewUserKey> create(const Tenant& tenant, const std::string& user);
    Result<Listed<UserKey>> list(const Tenant& tenant, const std::string& user,
                                 const Paging& paging);
    Result<void> set_status(const Tenant& tenant, const std::string& user, const AccessKeyId& id,
                            KeyStatus status);
    Result<void> remove(const Tenant& tenant, const std::string& user, const AccessKeyId& id);
    // The user that has it; empty for root.
    Result<std::string> owner(const Tenant& tenant, const AccessKeyId& id);

private:
    struct Found {
        StoredKey key;
        storage::Record record;
    };
    Result<Found> find(const Tenant& tenant, const std::string& user, const AccessKeyId& id);

    storage::ResourceStore& store_;
    const Parts& parts_;
};

}  // namespace gatehouse::iam
