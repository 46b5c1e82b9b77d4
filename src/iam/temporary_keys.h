// Access keys that expire (ASIA…), with the session token that every request must carry. Kept in
// memory: they are given to what this server runs, and die with it.
//
// Threads: any; a lock is held for the length of a look-up.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>

#include "async/guarded.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/random.h"
#include "base/result.h"
#include "iam/key_maker.h"
#include "signature/key_lookup.h"

namespace gatehouse::iam {

struct TemporaryKey {
    AccessKeyId id;
    signature::AccessKey key;  // `expires` is set
};

class TemporaryKeys : Pinned {
public:
    // The clock and the randomness must outlive it.
    TemporaryKeys(const Clock& clock, Random& random, std::size_t keys_max = 10'000)
        : clock_(clock), random_(random), keys_max_(keys_max) {}

    // A new key for this principal. LimitExceeded when keys_max are alive.
    // Requires: lifetime > 0.
    Result<TemporaryKey> issue(AccountId account, std::string principal,
                               std::chrono::seconds lifetime);
    // The key is unknown from now on. Unknown ids are nothing.
    void revoke(const AccessKeyId& id);

    // Also one that has expired: whoever verifies looks at `expires`. Expired keys are forgotten
    // when room is needed, so that their users are told why for a while.
    std::optional<signature::AccessKey> find(const AccessKeyId& id) const;
    std::size_t size() const { return keys_.lock()->size(); }

private:
    using Keys = std::unordered_map<AccessKeyId, signature::AccessKey>;

    const Clock& clock_;
    Random& random_;
    const std::size_t keys_max_;
    async::Guarded<Keys> keys_;
};

}  // namespace gatehouse::iam
