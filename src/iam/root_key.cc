#include "iam/root_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/durable_file.h"

namespace gatehouse::iam {
namespace {

constexpr std::size_t credentials_bytes_max = 64 * 1024;

std::string record_of(const RootKey& key, const AccountId& account, const storage::SecretBox& box) {
    return encode(StoredKey{.id = key.id,
                            .account = account,
                            .user_name = {},
                            .status = KeyStatus::Active,
                            .sealed_secret = box.seal(key.secret, seal_context(key.id)),
                            .user_path = "/"});
}

// The ids of the account's root keys, those included whose secret does not open.
Result<std::vector<AccessKeyId>> stored_root_ids(storage::ResourceStore& store,
                                                 const AccountId& account) {
    std::vector<AccessKeyId> ids;
    auto scanned = store.scan(access_key_kind, [&](const storage::Record& record) {
        const auto key = decode_key(record);
        if (key && key->account == account && key->is_root()) ids.push_back(key->id);
    });
    if (!scanned) return fail(std::move(scanned.error()));
    return ids;
}

bool is_the_only_root_key(const KeyDirectory& directory, const RootKey& preset,
                          const std::vector<AccessKeyId>& stored, const AccountId& account) {
    const auto* entry = directory.find(preset.id);
    return stored.size() == 1 && stored.front() == preset.id && entry != nullptr &&
           entry->stored.account == account && entry->stored.status == KeyStatus::Active &&
           entry->key.secret == preset.secret;
}

// The key to store, or nothing when what is stored is right.
Result<std::optional<RootKey>> wanted_key(const KeyDirectory& directory, const AccountId& account,
                                          const std::vector<AccessKeyId>& stored, Random& random,
                                          const std::optional<RootKey>& preset) {
    if (preset) {
        const auto* entry = directory.find(preset->id);
        if (entry != nullptr && (entry->stored.account != account || !entry->stored.is_root())) {
            return fail(ErrorKind::Conflict,
                        fmt::format("the preset root access key id {} belongs to {} already; "
                                    "choose another id",
                                    preset->id.view(), entry->key.principal));
        }
        if (is_the_only_root_key(directory, *preset, stored, account)) return std::nullopt;
        return preset;
    }
    if (stored.empty()) return RootKey{make_access_key_id(random), make_secret(random)};
    if (!directory.root_keys(account).empty()) return std::nullopt;
    const auto reason =
        directory.problems().empty() ? std::string() : directory.problems().front().message;
    return fail(ErrorKind::Corrupt,
                fmt::format("the root access key of account {} cannot be read ({}); or replace it: "
                            "start with GATEHOUSE_ROOT_ACCESS_KEY_ID and "
                            "GATEHOUSE_ROOT_SECRET_ACCESS_KEY set to a new key",
                            account.view(), reason));
}

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

// Source: IAM API Reference, AccessKey (id: \w+, up to 128). AWS asks for 16 characters at least;
// ids such as "test" are what CI scripts have, so 3 do.
Result<void> check_preset(const RootKey& preset) {
    const std::string_view id = preset.id.view();
    if (id.size() < 3 || id.size() > 128 || !std::ranges::all_of(id, is_word)) {
        return fail(ErrorKind::InvalidInput,
                    "the preset root access key id must have 3 to 128 letters, digits or '_'");
    }
    const auto is_printable = [](char c) { return c > ' ' && c < '\x7F'; };
    if (preset.secret.empty() || preset.secret.size() > 256 ||
        !std::ranges::all_of(preset.secret, is_printable)) {
        return fail(ErrorKind::InvalidInput,
                    "the preset root secret access key must have 1 to 256 printable characters "
                    "without blanks");
    }
    return {};
}

Result<std::shared_ptr<const KeyDirectory>> ensure_root_key(const Accounts::Parts& parts,
                                                            const AccountSettings& settings) {
    const AccountId& account = settings.default_tenant.account;
    const Region& region = settings.default_tenant.region;
    storage::ResourceStore& store = parts.store.blocking();
    auto directory = KeyDirectory::read(store, parts.box, region);
    if (!directory) return directory;
    const auto stored = stored_root_ids(store, account);
    if (!stored) return fail(stored.error());
    auto wanted = wanted_key(**directory, account, *stored, parts.random, settings.preset);
    if (!wanted) return fail(std::move(wanted.error()));

    storage::Batch batch;
    if (!(*directory)->has_account(account)) batch.put(key_of(account), "{}");
    if (*wanted) {
        for (const AccessKeyId& id : *stored) batch.change(storage::Remove{key_of(id)});
        batch.put(key_of((*wanted)->id), record_of(**wanted, account, parts.box));
    }
    if (batch.changes().empty()) return directory;
    if (auto applied = store.apply(batch); !applied) return fail(std::move(applied.error()));
    return KeyDirectory::read(store, parts.box, region);
}

Result<void> ensure_credentials_file(const RootKey& key, const AccountSettings& settings) {
    const std::string id_line = fmt::format("aws_access_key_id = {}\n", key.id.view());
    const std::string secret_line = fmt::format("aws_secret_access_key = {}\n", key.secret);
    const auto present =
        read_private_file(settings.credentials_file, Readers::OwnerAlone, credentials_bytes_max);
    if (present && present->contains(id_line) && present->contains(secret_line)) return {};
    return write_file(
        settings.credentials_file,
        fmt::format("# The root user of account {} on this Gatehouse server. Keep it private.\n"
                    "# The region goes elsewhere (AWS_REGION, or ~/.aws/config): region = {}\n"
                    "[default]\n"
                    "{}{}",
                    settings.default_tenant.account.view(), settings.default_tenant.region.view(),
                    id_line, secret_line),
        FileAccess::Private);
}

}  // namespace gatehouse::iam
