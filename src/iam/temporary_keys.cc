#include "iam/temporary_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "iam/principal.h"

namespace gatehouse::iam {
namespace {

// At a time: the lock that every look-up takes is held for no more.
constexpr std::size_t sweep_max = 64;

std::string identity_key(const AccountId& account, const IdentityName& name) {
    return fmt::format("{}/{}", account.view(), name.text());
}

std::unexpected<Error> too_many(std::string_view whose, std::size_t most) {
    return fail(ErrorKind::LimitExceeded,
                fmt::format("{} temporary access keys{} are in use, the most there may be", most,
                            whose.empty() ? std::string() : fmt::format(" of {}", whose)));
}

}  // namespace

void TemporaryKeys::State::add(const AccessKeyId& id, Held held) {
    const signature::AccessKey& key = held.key;
    by_account[key.account].emplace(*key.expires, id);
    by_principal[key.principal].push_back(id);
    if (!held.identity.empty()) principals_of[held.identity].insert(key.principal);
    keys.insert_or_assign(id, std::move(held));
}

void TemporaryKeys::State::forget(const AccessKeyId& id) {
    const auto found = keys.find(id);
    if (found == keys.end()) return;
    const auto& [key, identity] = found->second;
    const auto of_account = by_account.find(key.account);
    of_account->second.erase({*key.expires, id});
    if (of_account->second.empty()) by_account.erase(of_account);
    const auto own = by_principal.find(key.principal);
    std::erase(own->second, id);
    if (own->second.empty()) {
        if (const auto all = principals_of.find(identity); all != principals_of.end()) {
            all->second.erase(key.principal);
            if (all->second.empty()) principals_of.erase(all);
        }
        by_principal.erase(own);
    }
    keys.erase(found);
}

std::size_t TemporaryKeys::State::count_of(const AccountId& account) const {
    const auto found = by_account.find(account);
    return found == by_account.end() ? 0 : found->second.size();
}

std::size_t TemporaryKeys::State::count_of(const std::string& principal) const {
    const auto found = by_principal.find(principal);
    return found == by_principal.end() ? 0 : found->second.size();
}

void TemporaryKeys::State::forget_expired_of(const AccountId& account, WallTime now) {
    const auto found = by_account.find(account);
    if (found == by_account.end()) return;
    std::vector<AccessKeyId> expired;
    for (const auto& [expires, id] : found->second) {
        if (expires > now || expired.size() == sweep_max) break;
        expired.push_back(id);
    }
    for (const AccessKeyId& id : expired) forget(id);
}

void TemporaryKeys::State::forget_expired_of(const std::string& principal, WallTime now) {
    const auto own = by_principal.find(principal);
    if (own == by_principal.end()) return;
    std::vector<AccessKeyId> expired;
    for (const AccessKeyId& id : own->second) {
        if (expired.size() == sweep_max) break;
        if (*keys.at(id).key.expires <= now) expired.push_back(id);
    }
    for (const AccessKeyId& id : expired) forget(id);
}

void TemporaryKeys::State::forget_expired(WallTime now) {
    std::vector<AccountId> accounts;
    for (const auto& [account, ids] : by_account) {
        if (ids.begin()->first <= now) accounts.push_back(account);
    }
    const std::size_t before = keys.size();
    for (const AccountId& account : accounts) {
        forget_expired_of(account, now);
        if (before - keys.size() >= sweep_max) return;
    }
}

bool TemporaryKeys::State::forget_some_of(const std::string& identity) {
    const auto found = principals_of.find(identity);
    if (found == principals_of.end()) return false;
    const std::vector<AccessKeyId> ids = by_principal.at(*found->second.begin());
    for (const AccessKeyId& id : ids) forget(id);
    return true;
}

Result<void> TemporaryKeys::State::make_room(const signature::AccessKey& key,
                                             const TemporaryKeyLimits& limits, WallTime now) {
    if (count_of(key.principal) >= limits.of_principal_max) forget_expired_of(key.principal, now);
    if (count_of(key.principal) >= limits.of_principal_max) {
        if (limits.at_share == AtShare::Refuse) {
            return too_many(key.principal, limits.of_principal_max);
        }
        forget(AccessKeyId(by_principal.at(key.principal).front()));
    }
    if (count_of(key.account) >= limits.of_account_max) forget_expired_of(key.account, now);
    if (count_of(key.account) >= limits.of_account_max) {
        return too_many(fmt::format("account {}", key.account.view()), limits.of_account_max);
    }
    if (keys.size() >= limits.keys_max) forget_expired(now);
    if (keys.size() >= limits.keys_max) return too_many("", limits.keys_max);
    return {};
}

Result<TemporaryKey> TemporaryKeys::issue(KeyHolder holder, std::chrono::seconds lifetime) {
    const WallTime now = clock_.wall_now();
    const auto caller = parse_caller(holder.principal);
    std::string identity =
        caller && caller->identity ? identity_key(holder.account, *caller->identity) : "";
    holder.session_facts.emplace_back("aws:TokenIssueTime", format_iso8601(now));
    TemporaryKey made{.id = make_temporary_key_id(random_),
                      .key = {.secret = make_secret(random_),
                              .account = std::move(holder.account),
                              .principal = std::move(holder.principal),
                              .session_token = make_session_token(random_),
                              .expires = now + lifetime,
                              .identity_id = std::move(holder.identity_id),
                              .session_facts = std::move(holder.session_facts)}};
    const auto state = state_.lock();
    if (auto room = state->make_room(made.key, limits_, now); !room) {
        return fail(std::move(room.error()));
    }
    state->add(made.id, {made.key, std::move(identity)});
    return made;
}

void TemporaryKeys::revoke(const AccessKeyId& id) {
    state_.lock()->forget(AccessKeyId(id));
}

// Of one principal at a time, so that look-ups come in between.
void TemporaryKeys::revoke_all(const AccountId& account, const IdentityName& whose) {
    const std::string identity = identity_key(account, whose);
    while (state_.lock()->forget_some_of(identity)) {
    }
}

std::optional<signature::AccessKey> TemporaryKeys::find(const AccessKeyId& id) const {
    const auto state = state_.lock();
    const auto found = state->keys.find(id);
    if (found == state->keys.end()) return std::nullopt;
    return found->second.key;
}

}  // namespace gatehouse::iam
