#include "registry/certificate_provider_record.h"

#include "base/arn.h"
#include "base/json.h"
#include "registry/record_reader.h"

namespace gatehouse::registry {

std::string CertificateProvider::arn() const {
    return make_arn(tenant, "iot", std::string(certificate_provider_resource) + name.value());
}

storage::RecordKey key_of(const Tenant& tenant, const CertificateProviderName& name) {
    return {tenant, certificate_provider_kind, name.value()};
}

std::string encode(const CertificateProvider& provider) {
    return to_text(json::object{
        {"functionArn", provider.function_arn},
        {"operations", json::array(provider.operations.begin(), provider.operations.end())},
        {"tags", to_object(provider.tags)},
        {"clientToken", provider.client_token},
    });
}

Result<CertificateProvider> decode_certificate_provider(const storage::Record& record) {
    const auto body = body_of(record, certificate_provider_words.what);
    if (!body) return fail(body.error());
    RecordReader reader(*body);
    CertificateProvider provider{.tenant = record.key.tenant,
                                 .name = CertificateProviderName(record.key.name),
                                 .function_arn = reader.text("functionArn"),
                                 .operations = reader.names("operations"),
                                 .tags = reader.texts("tags"),
                                 .client_token = reader.text("clientToken"),
                                 .created = record.created,
                                 .modified = record.modified};
    if (!reader.is_whole()) return unreadable(record, certificate_provider_words.what);
    return provider;
}

}  // namespace gatehouse::registry
