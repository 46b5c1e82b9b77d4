#include "registry/imported_certificate_record.h"

#include <fmt/format.h>

#include "base/arn.h"
#include "base/json.h"
#include "registry/elsewhere.h"
#include "registry/record_reader.h"

namespace gatehouse::registry {
namespace {

constexpr std::string_view resource = "certificate/";

}  // namespace

std::string ImportedCertificate::arn() const {
    return make_arn(tenant, "acm", std::string(resource) + id.value());
}

storage::RecordKey key_of(const Tenant& tenant, const ImportedCertificateId& id) {
    return {tenant, imported_certificate_kind, id.value()};
}

std::string seal_context(const Tenant& tenant, const ImportedCertificateId& id) {
    return fmt::format("acm-certificate {} {} {}", tenant.account.view(), tenant.region.view(),
                       id.view());
}

std::string encode(const ImportedCertificate& certificate) {
    return to_text(json::object{
        {"certificate", certificate.certificate_pem},
        {"chain", certificate.chain_pem},
        {"sealedKey", certificate.sealed_key},
        {"imported", certificate.imported.time_since_epoch().count()},
        {"tags", to_object(certificate.tags)},
    });
}

Result<ImportedCertificate> decode_imported_certificate(const storage::Record& record) {
    const auto body = body_of(record, imported_certificate_words.what);
    if (!body) return fail(body.error());
    RecordReader reader(*body);
    ImportedCertificate certificate{.tenant = record.key.tenant,
                                    .id = ImportedCertificateId(record.key.name),
                                    .certificate_pem = reader.text("certificate"),
                                    .chain_pem = reader.text("chain"),
                                    .sealed_key = reader.text("sealedKey"),
                                    .imported = reader.time("imported"),
                                    .tags = reader.texts("tags"),
                                    .created = record.created};
    if (!reader.is_whole()) return unreadable(record, imported_certificate_words.what);
    return certificate;
}

Outcome<ImportedCertificateId> imported_certificate_of(const Tenant& tenant, std::string_view text,
                                                       std::string_view field) {
    const auto wrong = [&](const std::string& why) {
        return refuse(Refusal::InvalidRequest, fmt::format("{}: {}", field, why),
                      std::string(field));
    };
    const auto arn = parse_arn(text);
    if (!arn || arn->service != "acm" || !is_of_own_partition(*arn, tenant.region) ||
        !arn->resource.starts_with(resource) || arn->resource.size() == resource.size() ||
        arn->resource.size() > resource.size() + storage::name_bytes_max) {
        return wrong("it must be the ARN of a certificate of AWS Certificate Manager");
    }
    if (arn->account != tenant.account.view() || arn->region != tenant.region.view()) {
        return wrong(fmt::format("it belongs to account {}, region {}; the credentials are of {}",
                                 arn->account, arn->region, describe(tenant)));
    }
    return ImportedCertificateId(arn->resource.substr(resource.size()));
}

}  // namespace gatehouse::registry
