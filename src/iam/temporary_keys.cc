#include "iam/temporary_keys.h"

#include <fmt/format.h>

#include <utility>

#include "iam/principal.h"

namespace gatehouse::iam {

void TemporaryKeys::State::forget(const AccessKeyId& id) {
    const auto found = keys.find(id);
    if (found == keys.end()) return;
    const auto own = by_principal.find(found->second.principal);
    std::erase(own->second, id);
    if (own->second.empty()) by_principal.erase(own);
    keys.erase(found);
}

void TemporaryKeys::State::forget_expired_of(const std::string& principal, WallTime now) {
    const auto own = by_principal.find(principal);
    if (own == by_principal.end()) return;
    std::erase_if(own->second, [&](const AccessKeyId& id) {
        const auto found = keys.find(id);
        if (*found->second.expires > now) return false;
        keys.erase(found);
        return true;
    });
    if (own->second.empty()) by_principal.erase(own);
}

void TemporaryKeys::State::forget_expired(WallTime now) {
    std::vector<std::string> principals;
    for (const auto& [principal, ids] : by_principal) principals.push_back(principal);
    for (const std::string& principal : principals) forget_expired_of(principal, now);
}

Result<TemporaryKey> TemporaryKeys::issue(
    AccountId account, std::string principal, std::chrono::seconds lifetime,
    std::vector<std::pair<std::string, std::string>> session_facts) {
    const WallTime now = clock_.wall_now();
    TemporaryKey made{.id = make_temporary_key_id(random_),
                      .key = {.secret = make_secret(random_),
                              .account = std::move(account),
                              .principal = std::move(principal),
                              .session_token = make_session_token(random_),
                              .expires = now + lifetime,
                              .session_facts = std::move(session_facts)}};
    const auto state = state_.lock();
    const auto count_of_principal = [&] {
        const auto own = state->by_principal.find(made.key.principal);
        return own == state->by_principal.end() ? 0 : own->second.size();
    };
    // Swept when it would grow beyond its bound only: a sweep looks at every key.
    if (count_of_principal() >= limits_.of_principal_max) {
        state->forget_expired_of(made.key.principal, now);
    }
    if (count_of_principal() >= limits_.of_principal_max) {
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("{} has {} temporary access keys in use, the most there may be",
                                made.key.principal, limits_.of_principal_max));
    }
    if (state->keys.size() >= limits_.keys_max) state->forget_expired(now);
    if (state->keys.size() >= limits_.keys_max) {
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("{} temporary access keys are in use, the most there may be",
                                limits_.keys_max));
    }
    state->keys.insert_or_assign(made.id, made.key);
    state->by_principal[made.key.principal].push_back(made.id);
    return made;
}

void TemporaryKeys::revoke(const AccessKeyId& id) {
    state_.lock()->forget(id);
}

void TemporaryKeys::revoke_all(const AccountId& account, const IdentityName& whose) {
    const auto state = state_.lock();
    std::erase_if(state->by_principal, [&](const auto& each) {
        const auto& [principal, ids] = each;
        const auto caller = parse_caller(principal);
        if (!caller || caller->identity != whose || ids.empty() ||
            state->keys.at(ids.front()).account != account) {
            return false;
        }
        for (const AccessKeyId& id : ids) state->keys.erase(id);
        return true;
    });
}

std::optional<signature::AccessKey> TemporaryKeys::find(const AccessKeyId& id) const {
    const auto state = state_.lock();
    const auto found = state->keys.find(id);
    if (found == state->keys.end()) return std::nullopt;
    return found->second;
}

}  // namespace gatehouse::iam
