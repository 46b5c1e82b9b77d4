#include "registry/registered_certificate_record.h"

#include "base/json.h"
#include "registry/record_reader.h"

namespace gatehouse::registry {
namespace {

constexpr std::string_view what = "certificate";

std::int64_t milliseconds_of(WallTime time) {
    return time.time_since_epoch().count();
}

}  // namespace

storage::RecordKey key_of(const Tenant& tenant, const CertificateId& id) {
    return {tenant, certificate_kind, id.value()};
}

std::string encode(const RegisteredCertificate& certificate) {
    return to_text(json::object{
        {"status", name_of_choice(certificate.status)},
        {"mode", name_of_choice(certificate.mode)},
        {"pem", certificate.pem},
        {"authority", certificate.authority.value()},
        {"generationId", certificate.generation_id},
        {"customerVersion", certificate.customer_version},
        {"notBefore", milliseconds_of(certificate.not_before)},
        {"notAfter", milliseconds_of(certificate.not_after)},
        {"created", milliseconds_of(certificate.created)},
    });
}

Result<RegisteredCertificate> decode_certificate(const storage::Record& record) {
    const auto body = body_of(record, what);
    if (!body) return fail(body.error());
    RecordReader reader(*body);
    const auto status = parse_choice<CertificateStatus>(reader.text("status"));
    const auto mode = parse_choice<CertificateMode>(reader.text("mode"));
    RegisteredCertificate certificate{.tenant = record.key.tenant,
                                      .id = CertificateId(record.key.name),
                                      .status = status.value_or(CertificateStatus::Inactive),
                                      .mode = mode.value_or(CertificateMode::Default),
                                      .pem = reader.text("pem"),
                                      .authority = CertificateId(reader.text("authority")),
                                      .generation_id = reader.text("generationId"),
                                      .customer_version = reader.number("customerVersion"),
                                      .not_before = reader.time("notBefore"),
                                      .not_after = reader.time("notAfter"),
                                      .created = reader.time("created"),
                                      .modified = record.modified};
    if (!status || !mode || !reader.is_whole()) return unreadable(record, what);
    return certificate;
}

}  // namespace gatehouse::registry
