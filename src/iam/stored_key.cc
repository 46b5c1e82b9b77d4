#include "iam/stored_key.h"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <optional>

#include "base/arn.h"
#include "base/json.h"

namespace gatehouse::iam {
namespace {

std::optional<std::string> text_member(const json::object& object, const char* name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(std::string_view(value->get_string()));
}

}  // namespace

storage::RecordKey key_of(const AccessKeyId& id) {
    return {whole_server, access_key_kind, id.value()};
}

storage::RecordKey key_of(const AccountId& account) {
    return {whole_server, account_kind, account.value()};
}

std::string seal_context(const AccessKeyId& id) {
    return "access-key " + id.value();
}

std::string encode(const StoredKey& key) {
    json::object object{{"account", key.account.value()},
                        {"userName", key.user_name},
                        {"status", name_of_choice(key.status)},
                        {"sealedSecret", key.sealed_secret}};
    if (key.user_path != "/") object["userPath"] = key.user_path;
    return to_text(object);
}

Result<StoredKey> decode_key(const storage::Record& record) {
    const auto corrupt = [&record] {
        return fail(ErrorKind::Corrupt,
                    fmt::format("the stored access key {} does not read back", record.key.name));
    };
    const auto body = parse_json(record.body, "the stored access key");
    if (!body || !body->is_object()) return corrupt();
    const json::object& object = body->get_object();
    const auto account = text_member(object, "account");
    const auto user_name = text_member(object, "userName");
    const auto sealed = text_member(object, "sealedSecret");
    const auto status = parse_choice<KeyStatus>(text_member(object, "status").value_or(""));
    if (!account || !is_account_id(*account) || !user_name || !sealed || !status) {
        return corrupt();
    }
    return StoredKey{AccessKeyId(record.key.name),
                     AccountId(*account),
                     *user_name,
                     *status,
                     *sealed,
                     text_member(object, "userPath").value_or("/")};
}

std::string principal_of(const StoredKey& key, const Region& region) {
    return fmt::format("arn:{}:iam::{}:{}", partition_of(region), key.account.view(),
                       key.is_root() ? "root" : "user" + key.user_path + key.user_name);
}

}  // namespace gatehouse::iam
