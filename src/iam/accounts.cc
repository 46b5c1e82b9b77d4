#include "iam/accounts.h"

#include <fmt/format.h>

#include <cassert>
#include <utility>

#include "iam/root_key.h"

namespace gatehouse::iam {
namespace {

// Of the keys that devices are given by their certificates. A device asks again when a key ends,
// and perhaps at each restart or upload: it is never refused, as on AWS, but one that asks all the
// time must not keep out the others.
constexpr TemporaryKeyLimits device_key_limits{.keys_max = 200'000,
                                               .of_account_max = 150'000,
                                               .of_principal_max = 10'000,
                                               .at_share = AtShare::ForgetOldest};

// Of those that STS answers: everybody may ask for a session of their own, under any name.
constexpr TemporaryKeyLimits session_key_limits{
    .keys_max = 200'000, .of_account_max = 10'000, .of_principal_max = 1'000};

// Of those of functions. One that is deployed again and again leaves keys behind.
constexpr TemporaryKeyLimits function_key_limits{.keys_max = 100'000,
                                                 .of_account_max = 50'000,
                                                 .of_principal_max = 1'000,
                                                 .at_share = AtShare::ForgetOldest};

}  // namespace

Result<std::unique_ptr<Accounts>> Accounts::load(Parts parts, AccountSettings settings) {
    if (settings.preset) {
        if (auto checked = check_preset(*settings.preset); !checked) {
            return fail(std::move(checked.error()));
        }
    }
    auto directory = ensure_root_key(parts, settings);
    if (!directory) return fail(std::move(directory.error()));
    auto accounts =
        std::unique_ptr<Accounts>(new Accounts(parts, std::move(settings), std::move(*directory)));
    if (auto written = ensure_credentials_file(accounts->root_key(), accounts->settings_);
        !written) {
        return fail(std::move(written.error()));
    }
    return accounts;
}

Accounts::Accounts(Parts parts, AccountSettings settings,
                   std::shared_ptr<const KeyDirectory> directory)
    : parts_(parts),
      settings_(std::move(settings)),
      temporary_(parts.clock, parts.random, function_key_limits),
      of_sessions_(parts.clock, parts.random, session_key_limits),
      of_devices_(parts.clock, parts.random, device_key_limits),
      directory_(std::move(directory)) {}

std::optional<signature::AccessKey> Accounts::find(const AccessKeyId& id) const {
    const auto directory = directory_.get();
    const auto* entry = directory->find(id);
    if (entry == nullptr) {
        for (const TemporaryKeys* keys : {&temporary_, &of_sessions_, &of_devices_}) {
            if (auto found = keys->find(id)) return found;
        }
        return std::nullopt;
    }
    if (entry->stored.status != KeyStatus::Active) return std::nullopt;
    return entry->key;
}

RootKey Accounts::root_key() const {
    const auto directory = directory_.get();
    const auto keys = directory->root_keys(settings_.default_tenant.account);
    assert(!keys.empty() && "load() saw to a root key");
    return {keys.front()->stored.id, keys.front()->key.secret};
}

AccountId Accounts::presumed_account(const AccessKeyId& id) const {
    if (is_account_id(id.view())) return AccountId(id.value());
    if (const auto* entry = directory_.get()->find(id)) return entry->stored.account;
    if (const auto key = find(id)) return key->account;
    return settings_.default_tenant.account;
}

bool Accounts::has_account(const AccountId& account) const {
    return directory_.get()->has_account(account);
}

Result<void> Accounts::publish(storage::ResourceStore& store) {
    const std::lock_guard lock(publishing_);
    auto directory = KeyDirectory::read(store, parts_.box, settings_.default_tenant.region);
    if (!directory) return fail(std::move(directory.error()));
    directory_.replace(std::move(*directory));
    return {};
}

async::Task<Result<void>> Accounts::admit(AccountId account) {
    if (!is_account_id(account.view())) {
        co_return fail(ErrorKind::InvalidInput, "an account id has exactly 12 digits");
    }
    if (has_account(account)) co_return Result<void>();
    co_return co_await parts_.store.run(
        [this, account](storage::ResourceStore& store) -> Result<void> {
            const Error exists{ErrorKind::Conflict, "it came into being meanwhile", {}};
            const Error full{
                ErrorKind::LimitExceeded,
                fmt::format("account {} cannot come into being: there are {} accounts, the most "
                            "there may be; use one of those, or raise --accounts-max",
                            account.view(), settings_.accounts_max),
                {}};
            const auto applied = store.apply(
                storage::Batch()
                    .require(storage::IsAbsent{key_of(account)}, exists)
                    .require(storage::FewerThan{whole_server, account_kind, settings_.accounts_max},
                             full)
                    .put(key_of(account), "{}"));
            if (!applied && applied.error().kind != ErrorKind::Conflict) {
                return fail(applied.error());
            }
            return publish(store);
        });
}

}  // namespace gatehouse::iam
