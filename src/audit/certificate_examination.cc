#include <fmt/format.h>

#include "audit/examination_parts.h"
#include "certificates/certificate.h"
#include "certificates/key_quality.h"
#include "registry/ca_certificate_record.h"
#include "registry/record_reader.h"
#include "registry/registered_certificate_record.h"

namespace gatehouse::audit {
namespace {

using registry::CaCertificate;
using registry::RegisteredCertificate;
using std::chrono::days;

AuditedResource audited(const RegisteredCertificate& certificate) {
    return {.identifier = {.type = ResourceType::DeviceCertificate,
                           .id = certificate.id.value(),
                           .version = ""},
            .additional = {}};
}

AuditedResource audited(const CaCertificate& certificate) {
    return {.identifier = {.type = ResourceType::CaCertificate,
                           .id = certificate.id.value(),
                           .version = ""},
            .additional = {}};
}

std::string milliseconds_text(WallTime time) {
    return fmt::format("{}", registry::milliseconds_of(time));
}

// Of either kind of certificate.
template <class Certificate>
void note_expiry(const Certificate& certificate, const Examination& examination, Check check,
                 ExaminedPage& page) {
    const WallTime now = examination.clock.wall_now();
    const std::uint32_t threshold = examination.configuration.days(check);
    if (certificate.not_after >= now + days(threshold)) return;
    const bool is_over = certificate.not_after < now;
    NonCompliance found{
        .resource = audited(certificate),
        .related = {},
        .reason = is_over ? std::string("The certificate is past its expiration.")
                          : fmt::format("The certificate expires within {} days.", threshold),
        .reason_code =
            is_over ? "CERTIFICATE_PAST_EXPIRATION" : "CERTIFICATE_APPROACHING_EXPIRATION"};
    found.resource.additional["EXPIRATION_TIME"] = milliseconds_text(certificate.not_after);
    page.found.push_back(std::move(found));
}

template <class Certificate>
Result<void> note_key(const Certificate& certificate, ExaminedPage& page) {
    const auto parsed = certificates::parse_certificate_pem(certificate.pem);
    if (!parsed) return fail(parsed.error());
    const auto is_weak = certificates::has_infineon_key(parsed->der);
    if (!is_weak) return fail(is_weak.error());
    if (*is_weak) {
        page.found.push_back({.resource = audited(certificate),
                              .related = {},
                              .reason = "The key was made by a library whose RSA keys can be "
                                        "factored (CVE-2017-15361).",
                              .reason_code = "CERTIFICATE_KEY_VULNERABILITY_CVE-2017-15361"});
    }
    return {};
}

// `note` takes a certificate that is used, and the page.
template <class Note>
Outcome<ExaminedPage> examine_certificates(const Examination& examination, Note note) {
    return examine_records(
        examination, registry::certificate_kind,
        [&](const storage::Record& record, ExaminedPage& page) -> Result<void> {
            const auto certificate = registry::decode_certificate(record);
            if (!certificate) return fail(certificate.error());
            if (certificate->status != registry::CertificateStatus::Active &&
                certificate->status != registry::CertificateStatus::PendingTransfer) {
                return {};
            }
            ++page.looked_at;
            return note(*certificate, page);
        });
}

template <class Note>
Outcome<ExaminedPage> examine_authorities(const Examination& examination, Note note) {
    return examine_records(examination, registry::ca_certificate_kind,
                           [&](const storage::Record& record, ExaminedPage& page) -> Result<void> {
                               const auto certificate = registry::decode_ca_certificate(record);
                               if (!certificate) return fail(certificate.error());
                               if (certificate->status != registry::CaStatus::Active) return {};
                               ++page.looked_at;
                               return note(*certificate, page);
                           });
}

}  // namespace

Outcome<ExaminedPage> examine_certificate_expiry(const Examination& examination) {
    return examine_certificates(
        examination, [&](const RegisteredCertificate& certificate, ExaminedPage& page) {
            note_expiry(certificate, examination, Check::DeviceCertificateExpiring, page);
            return Result<void>();
        });
}

Outcome<ExaminedPage> examine_certificate_age(const Examination& examination) {
    const std::uint32_t threshold = examination.configuration.days(Check::DeviceCertificateAge);
    const WallTime oldest = examination.clock.wall_now() - days(threshold);
    return examine_certificates(
        examination, [&](const RegisteredCertificate& certificate, ExaminedPage& page) {
            if (certificate.created >= oldest) return Result<void>();
            NonCompliance found{.resource = audited(certificate),
                                .related = {},
                                .reason = fmt::format(
                                    "The certificate is active for more than {} days.", threshold),
                                .reason_code = "CERTIFICATE_PAST_AGE_THRESHOLD"};
            found.resource.additional["CREATION_TIME"] = milliseconds_text(certificate.created);
            page.found.push_back(std::move(found));
            return Result<void>();
        });
}

Outcome<ExaminedPage> examine_certificate_keys(const Examination& examination) {
    return examine_certificates(examination,
                                [](const RegisteredCertificate& certificate, ExaminedPage& page) {
                                    return note_key(certificate, page);
                                });
}

Outcome<ExaminedPage> examine_ca_expiry(const Examination& examination) {
    return examine_authorities(
        examination, [&](const CaCertificate& certificate, ExaminedPage& page) {
            note_expiry(certificate, examination, Check::CaCertificateExpiring, page);
            return Result<void>();
        });
}

Outcome<ExaminedPage> examine_ca_keys(const Examination& examination) {
    return examine_authorities(examination,
                               [](const CaCertificate& certificate, ExaminedPage& page) {
                                   return note_key(certificate, page);
                               });
}

}  // namespace gatehouse::audit
