#include "registry/authorizer_record.h"

#include <fmt/format.h>

#include <boost/json/object.hpp>

#include "base/json.h"

namespace gatehouse::registry {
namespace {

json::object to_object(const Texts& texts) {
    json::object object;
    for (const auto& [name, text] : texts) object[name] = text;
    return object;
}

// Reads members of a stored object; remembers whether one was not as written.
class Reader {
public:
    explicit Reader(const json::object& object) : object_(object) {}

    std::string text(const char* name) {
        const auto* value = object_.if_contains(name);
        if (value == nullptr || !value->is_string()) return broken(std::string());
        return std::string(value->get_string().c_str(), value->get_string().size());
    }
    bool truth(const char* name) {
        const auto* value = object_.if_contains(name);
        if (value == nullptr || !value->is_bool()) return broken(false);
        return value->get_bool();
    }
    Texts texts(const char* name) {
        const auto* value = object_.if_contains(name);
        if (value == nullptr || !value->is_object()) return broken(Texts());
        Texts texts;
        for (const auto& [key, member] : value->get_object()) {
            if (!member.is_string()) return broken(Texts());
            texts.emplace(key, std::string_view(member.get_string()));
        }
        return texts;
    }
    bool is_whole() const { return whole_; }

private:
    template <class T>
    T broken(T nothing) {
        whole_ = false;
        return nothing;
    }

    const json::object& object_;
    bool whole_ = true;
};

}  // namespace

storage::RecordKey key_of(const Tenant& tenant, const AuthorizerName& name) {
    return {tenant, authorizer_kind, name.value()};
}

std::string encode(const Authorizer& authorizer) {
    return to_text(json::object{
        {"functionArn", authorizer.function_arn.value()},
        {"tokenKeyName", authorizer.token_key_name},
        {"tokenSigningPublicKeys", to_object(authorizer.token_signing_public_keys)},
        {"status", name_of_choice(authorizer.status)},
        {"signingDisabled", authorizer.signing_disabled},
        {"enableCachingForHttp", authorizer.enable_caching_for_http},
        {"tags", to_object(authorizer.tags)},
    });
}

Result<Authorizer> decode(const storage::Record& record) {
    const auto corrupt = [&record] {
        return fail(ErrorKind::Corrupt,
                    fmt::format("the stored authorizer '{}' of account {}, region {} does not "
                                "read back; delete and create it again, or restore the database",
                                record.key.name, record.key.tenant.account.view(),
                                record.key.tenant.region.view()));
    };
    const auto body = parse_json(record.body, "the stored authorizer");
    if (!body || !body->is_object()) return corrupt();
    Reader reader(body->get_object());
    const auto status = parse_choice<AuthorizerStatus>(reader.text("status"));
    Authorizer authorizer{
        .tenant = record.key.tenant,
        .name = AuthorizerName(record.key.name),
        .function_arn = FunctionArn(reader.text("functionArn")),
        .token_key_name = reader.text("tokenKeyName"),
        .token_signing_public_keys = reader.texts("tokenSigningPublicKeys"),
        .status = status.value_or(AuthorizerStatus::Inactive),
        .signing_disabled = reader.truth("signingDisabled"),
        .enable_caching_for_http = reader.truth("enableCachingForHttp"),
        .tags = reader.texts("tags"),
        .created = record.created,
        .modified = record.modified,
    };
    if (!status || !reader.is_whole()) return corrupt();
    return authorizer;
}

}  // namespace gatehouse::registry
