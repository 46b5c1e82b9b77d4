#include "registry/authorizer_record.h"

#include <boost/json/object.hpp>

#include "base/json.h"
#include "registry/record_reader.h"

namespace gatehouse::registry {

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
    const auto body = body_of(record, "authorizer");
    if (!body) return fail(body.error());
    RecordReader reader(*body);
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
    if (!status || !reader.is_whole()) return unreadable(record, "authorizer");
    return authorizer;
}

}  // namespace gatehouse::registry
