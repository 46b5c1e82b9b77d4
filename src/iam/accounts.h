// Accounts, their root users and access keys. Signatures are verified against the keys it knows,
// from memory.
//
// The default account has a root user with one access key, made at first start or preset, and
// written to DATA_DIR/credentials for AWS's tools. Secrets are sealed in the database.
//
// Threads: find(), known_account() from any thread; the coroutines from any loop.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "async/snapshot.h"
#include "async/task.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/random.h"
#include "base/result.h"
#include "base/tenant.h"
#include "iam/key_directory.h"
#include "iam/temporary_keys.h"
#include "signature/key_lookup.h"
#include "storage/async_resource_store.h"
#include "storage/secret_box.h"

namespace gatehouse::iam {

struct RootKey {
    AccessKeyId id;
    std::string secret;
};

struct AccountSettings {
    Tenant default_tenant;
    // The root user's only key from now on, in place of the one there is (a change of the preset
    // is how the root key is rotated). Empty: the stored one, or a new one at first start.
    std::optional<RootKey> preset;
    std::size_t accounts_max = 100;
    std::filesystem::path credentials_file;  // DATA_DIR/credentials
};

class Accounts final : public signature::KeyLookup, Pinned {
public:
    // What it works with; all outlive it.
    struct Parts {
        storage::AsyncResourceStore& store;
        const storage::SecretBox& box;
        const Clock& clock;
        Random& random;
    };

    // Reads, sees to the root key and the credentials file; blocking, for start-up.
    // Errors: InvalidInput (a preset that is no key), Conflict (the preset id is another
    // account's), Corrupt (the root key's secret does not open: says what to do), Unavailable.
    static Result<std::unique_ptr<Accounts>> load(Parts parts, AccountSettings settings);

    // Lasting and temporary keys; inactive ones are unknown.
    std::optional<signature::AccessKey> find(const AccessKeyId& id) const override;

    // The root key of the default account.
    RootKey root_key() const;

    // For `--api-auth any`, where nothing is proved: whose request it is by its access key id.
    // An id of 12 digits is the account's; a known key's account; else the default account.
    AccountId presumed_account(const AccessKeyId& id) const;
    // Lets an account come into being if there is none yet; cheap when it is there. LimitExceeded
    // when accounts_max are there.
    async::Task<Result<void>> admit(AccountId account);
    bool has_account(const AccountId& account) const;

    // Reads the keys anew, after somebody changed the records of some. Blocks; any thread.
    Result<void> publish(storage::ResourceStore& store);

    TemporaryKeys& temporary_keys() { return temporary_; }
    // Of sessions, and of devices. Apart from the others: who asks for many takes no function's
    // place.
    TemporaryKeys& session_keys() { return of_sessions_; }
    TemporaryKeys& device_keys() { return of_devices_; }
    // The keys of all three, of a user or a role that is no more.
    void forget_sessions(const AccountId& account, const IdentityName& whose) {
        temporary_.revoke_all(account, whose);
        of_sessions_.revoke_all(account, whose);
        of_devices_.revoke_all(account, whose);
    }
    // What was left out of what is stored, with the reason; for the log at start.
    std::vector<Error> problems() const { return directory_.get()->problems(); }

private:
    Accounts(Parts parts, AccountSettings settings, std::shared_ptr<const KeyDirectory> directory);

    const Parts parts_;
    const AccountSettings settings_;
    TemporaryKeys temporary_;
    TemporaryKeys of_sessions_;
    TemporaryKeys of_devices_;
    // Held while the directory is read anew and replaced, so that the newest replaces last.
    std::mutex publishing_;
    async::Snapshot<KeyDirectory> directory_;
};

}  // namespace gatehouse::iam
