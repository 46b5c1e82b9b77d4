// When each access key of a user was used last, and for what. Kept in memory: it begins anew with
// the server.
//
// Threads: any; a lock is held for the length of a look-up.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "async/guarded.h"
#include "base/clock.h"
#include "base/pinned.h"
#include "base/tenant.h"
#include "signature/scope.h"

namespace gatehouse::iam {

struct KeyUse {
    WallTime at{};
    std::string service;  // "iot"
    Region region;
};

class KeyUses : Pinned {
public:
    void note(const signature::AccessKeyId& id, KeyUse use) {
        uses_.lock()->insert_or_assign(id, std::move(use));
    }
    std::optional<KeyUse> last(const signature::AccessKeyId& id) const {
        const auto uses = uses_.lock();
        const auto found = uses->find(id);
        if (found == uses->end()) return std::nullopt;
        return found->second;
    }
    void forget(const signature::AccessKeyId& id) { uses_.lock()->erase(id); }

private:
    async::Guarded<std::unordered_map<signature::AccessKeyId, KeyUse>> uses_;
};

}  // namespace gatehouse::iam
