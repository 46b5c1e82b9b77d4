#include "iam/temporary_keys.h"

#include <fmt/format.h>

#include <utility>

namespace gatehouse::iam {

Result<TemporaryKey> TemporaryKeys::issue(AccountId account, std::string principal,
                                          std::chrono::seconds lifetime) {
    const WallTime now = clock_.wall_now();
    TemporaryKey made{.id = make_temporary_key_id(random_),
                      .key = {.secret = make_secret(random_),
                              .account = std::move(account),
                              .principal = std::move(principal),
                              .session_token = make_session_token(random_),
                              .expires = now + lifetime}};
    const auto keys = keys_.lock();
    // Swept when it would grow beyond its bound only: a sweep looks at every key.
    if (keys->size() >= keys_max_) {
        std::erase_if(*keys, [now](const auto& entry) { return *entry.second.expires <= now; });
    }
    if (keys->size() >= keys_max_) {
        return fail(
            ErrorKind::LimitExceeded,
            fmt::format("{} temporary access keys are in use, the most there may be", keys_max_));
    }
    keys->insert_or_assign(made.id, made.key);
    return made;
}

void TemporaryKeys::revoke(const AccessKeyId& id) {
    keys_.lock()->erase(id);
}

std::optional<signature::AccessKey> TemporaryKeys::find(const AccessKeyId& id) const {
    const auto keys = keys_.lock();
    const auto found = keys->find(id);
    if (found == keys->end()) return std::nullopt;
    return found->second;
}

}  // namespace gatehouse::iam
