#include "registry/ca_certificate_record.h"

#include "base/arn.h"
#include "base/bytes.h"
#include "base/json.h"
#include "registry/record_reader.h"

namespace gatehouse::registry {
namespace {

constexpr std::string_view ca_certificate_noun = "CA certificate";
constexpr std::string_view subject_what = "list of CA certificates of a subject";

}  // namespace

std::string CaCertificate::arn() const {
    return make_arn(tenant, "iot", std::string(ca_certificate_resource) + id.value());
}

storage::RecordKey ca_key_of(const Tenant& tenant, const CertificateId& id) {
    return {tenant, ca_certificate_kind, id.value()};
}

std::string encode(const CaCertificate& certificate) {
    return to_text(json::object{
        {"status", name_of_choice(certificate.status)},
        {"mode", name_of_choice(certificate.mode)},
        {"pem", certificate.pem},
        {"subject", certificate.subject},
        {"autoRegistration", name_of_choice(certificate.auto_registration)},
        {"templateBody", certificate.config.template_body},
        {"roleArn", certificate.config.role_arn},
        {"templateName", certificate.config.template_name},
        {"generationId", certificate.generation_id},
        {"customerVersion", certificate.customer_version},
        {"notBefore", milliseconds_of(certificate.not_before)},
        {"notAfter", milliseconds_of(certificate.not_after)},
        {"created", milliseconds_of(certificate.created)},
        {"tags", to_object(certificate.tags)},
    });
}

Result<CaCertificate> decode_ca_certificate(const storage::Record& record) {
    const auto body = body_of(record, ca_certificate_noun);
    if (!body) return fail(body.error());
    RecordReader reader(*body);
    const auto status = parse_choice<CaStatus>(reader.text("status"));
    const auto mode = parse_choice<CertificateMode>(reader.text("mode"));
    const auto automatic = parse_choice<AutoRegistration>(reader.text("autoRegistration"));
    CaCertificate certificate{.tenant = record.key.tenant,
                              .id = CertificateId(record.key.name),
                              .status = status.value_or(CaStatus::Inactive),
                              .mode = mode.value_or(CertificateMode::Default),
                              .pem = reader.text("pem"),
                              .subject = reader.text("subject"),
                              .auto_registration = automatic.value_or(AutoRegistration::Disable),
                              .config = {.template_body = reader.text("templateBody"),
                                         .role_arn = reader.text("roleArn"),
                                         .template_name = reader.text("templateName")},
                              .generation_id = reader.text("generationId"),
                              .customer_version = reader.number("customerVersion"),
                              .not_before = reader.time("notBefore"),
                              .not_after = reader.time("notAfter"),
                              .created = reader.time("created"),
                              .modified = record.modified,
                              .tags = reader.texts("tags")};
    if (!status || !mode || !automatic || !reader.is_whole())
        return unreadable(record, ca_certificate_noun);
    return certificate;
}

Outcome<CasOfSubject> CasOfSubject::read(storage::ResourceStore& store, const Tenant& tenant,
                                         std::string_view subject) {
    static const storage::Kind kind{"ca-subject"};
    // A subject may be longer than a name in the store.
    const auto name = certificates::certificate_id_of(bytes_of(subject));
    CasOfSubject found{.key = {tenant, kind, name.value()}, .revision = {}, .ids = {}};
    const auto record = store.get(found.key);
    if (!record && record.error().kind == ErrorKind::NotFound) return found;
    if (!record) return refuse(refused_by(record.error()));
    const auto body = body_of(*record, subject_what);
    if (!body) return refuse(refused_by(body.error()));
    RecordReader reader(*body);
    for (std::string& id : reader.names("ids")) found.ids.emplace_back(std::move(id));
    if (!reader.is_whole()) return refuse(refused_by(unreadable(*record, subject_what).error()));
    found.revision = record->revision;
    return found;
}

void CasOfSubject::put_into(storage::Batch& batch, const Error& otherwise) const {
    if (revision) {
        batch.require(storage::HasRevision{key, *revision}, otherwise);
    } else {
        batch.require(storage::IsAbsent{key}, otherwise);
    }
    if (ids.empty()) {
        batch.change(storage::Remove{key});
        return;
    }
    json::array texts;
    for (const CertificateId& id : ids) texts.emplace_back(id.value());
    batch.put(key, to_text(json::object{{"ids", std::move(texts)}}));
}

}  // namespace gatehouse::registry
