#include "registry/role_alias_record.h"

#include "base/arn.h"
#include "base/json.h"
#include "registry/record_reader.h"

namespace gatehouse::registry {

std::string RoleAlias::arn() const {
    return make_arn(tenant, "iot", std::string(role_alias_resource) + name.value());
}

storage::RecordKey key_of(const Tenant& tenant, const RoleAliasName& name) {
    return {tenant, role_alias_kind, name.value()};
}

std::string encode(const RoleAlias& alias) {
    return to_text(json::object{
        {"roleArn", alias.role_arn},
        {"credentialSeconds", alias.credential_seconds},
        {"tags", to_object(alias.tags)},
    });
}

Result<RoleAlias> decode_role_alias(const storage::Record& record) {
    const auto body = body_of(record, role_alias_words.what);
    if (!body) return fail(body.error());
    RecordReader reader(*body);
    RoleAlias alias{
        .tenant = record.key.tenant,
        .name = RoleAliasName(record.key.name),
        .role_arn = reader.text("roleArn"),
        .credential_seconds = static_cast<std::uint32_t>(reader.number("credentialSeconds")),
        .tags = reader.texts("tags"),
        .created = record.created,
        .modified = record.modified};
    if (!reader.is_whole()) return unreadable(record, role_alias_words.what);
    return alias;
}

}  // namespace gatehouse::registry
