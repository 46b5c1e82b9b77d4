// Access keys that expire (ASIA…), with the session token that every request must carry. Kept in
// memory: whoever has one asks for another when it ends, and they die with the server.
//
// Threads: any; a lock is held for the length of a look-up.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "async/guarded.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/random.h"
#include "base/result.h"
#include "iam/identity.h"
#include "iam/key_maker.h"
#include "signature/key_lookup.h"

namespace gatehouse::iam {

struct TemporaryKey {
    AccessKeyId id;
    signature::AccessKey key;  // `expires` is set
};

// Whose key it is to be, as signature::AccessKey has it.
struct KeyHolder {
    AccountId account;
    std::string principal;
    std::string identity_id = {};
    std::vector<std::pair<std::string, std::string>> session_facts = {};
};

// What becomes of a principal that has as many keys as it may.
enum class AtShare : std::uint8_t { Refuse, ForgetOldest };

// How many may be alive.
struct TemporaryKeyLimits {
    std::size_t keys_max = 10'000;
    std::size_t of_account_max = keys_max;
    std::size_t of_principal_max = keys_max;
    AtShare at_share = AtShare::Refuse;
};

class TemporaryKeys : Pinned {
public:
    // The clock and the randomness must outlive it.
    TemporaryKeys(const Clock& clock, Random& random, TemporaryKeyLimits limits = {})
        : clock_(clock), random_(random), limits_(limits) {}

    // A new key for this principal; when it was made is one of its facts (aws:TokenIssueTime).
    // LimitExceeded when as many as may be are alive.
    // Requires: lifetime > 0.
    Result<TemporaryKey> issue(KeyHolder holder, std::chrono::seconds lifetime);
    // The key is unknown from now on. Unknown ids are nothing.
    void revoke(const AccessKeyId& id);
    // The same of all keys of a user or of a role's sessions: who gets the name next is another.
    void revoke_all(const AccountId& account, const IdentityName& whose);

    // Also one that has expired: whoever verifies looks at `expires`. Expired keys are forgotten
    // when room is needed, so that their users are told why for a while.
    std::optional<signature::AccessKey> find(const AccessKeyId& id) const;
    std::size_t size() const { return state_.lock()->keys.size(); }

private:
    struct Held {
        signature::AccessKey key;
        std::string identity;  // the account and IdentityName::text(); empty: no identity's
    };
    struct State {
        std::unordered_map<AccessKeyId, Held> keys;
        // By account, those that expire first before others.
        std::unordered_map<AccountId, std::set<std::pair<WallTime, AccessKeyId>>> by_account;
        std::unordered_map<std::string, std::vector<AccessKeyId>> by_principal;  // oldest first
        std::unordered_map<std::string, std::unordered_set<std::string>> principals_of;  // identity

        void add(const AccessKeyId& id, Held held);
        void forget(const AccessKeyId& id);
        std::size_t count_of(const AccountId& account) const;
        std::size_t count_of(const std::string& principal) const;
        // A bounded number of them.
        void forget_expired_of(const AccountId& account, WallTime now);
        void forget_expired_of(const std::string& principal, WallTime now);
        void forget_expired(WallTime now);
        // Of one of the identity's principals. False: it has none.
        bool forget_some_of(const std::string& identity);
        Result<void> make_room(const signature::AccessKey& key, const TemporaryKeyLimits& limits,
                               WallTime now);
    };

    const Clock& clock_;
    Random& random_;
    const TemporaryKeyLimits limits_;
    async::Guarded<State> state_;
};

}  // namespace gatehouse::iam
