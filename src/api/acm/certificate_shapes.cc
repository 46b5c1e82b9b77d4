#include "api/acm/certificate_shapes.h"

#include <utility>

#include "certificates/certificate.h"

namespace gatehouse::api::acm {
namespace {

using Facts = std::optional<certificates::Certificate>;

Facts facts_of(const registry::ImportedCertificate& certificate) {
    auto facts = certificates::parse_certificate_pem(certificate.certificate_pem);
    return facts ? Facts(std::move(*facts)) : std::nullopt;
}

CertificateStatus status_of(const Facts& facts, WallTime now) {
    return facts && now > facts->not_after ? CertificateStatus::Expired : CertificateStatus::Issued;
}

// Empty for a kind of key that ACM has no name for.
std::optional<KeyAlgorithm> algorithm_of(const Facts& facts) {
    if (!facts) return std::nullopt;
    const certificates::PublicKeyFacts& key = facts->key;
    if (key.kind == certificates::KeyKind::Rsa) {
        switch (key.bits) {
            case 1024: return KeyAlgorithm::Rsa1024;
            case 2048: return KeyAlgorithm::Rsa2048;
            case 3072: return KeyAlgorithm::Rsa3072;
            case 4096: return KeyAlgorithm::Rsa4096;
            default: return std::nullopt;
        }
    }
    if (key.curve == "prime256v1") return KeyAlgorithm::EcPrime256v1;
    if (key.curve == "secp384r1") return KeyAlgorithm::EcSecp384r1;
    if (key.curve == "secp521r1") return KeyAlgorithm::EcSecp521r1;
    return std::nullopt;
}

// What ACM calls a certificate by: its common name, else the first of its names.
std::optional<std::string> domain_of(const Facts& facts) {
    if (!facts) return std::nullopt;
    if (!facts->common_name.empty()) return facts->common_name;
    return facts->dns_names.empty() ? std::nullopt : std::optional(facts->dns_names.front());
}

// "0A1B" as ACM shows it: "0a:1b".
std::string with_colons(std::string_view serial) {
    std::string text;
    const std::string digits = (serial.size() % 2 == 0 ? "" : "0") + std::string(serial);
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && i % 2 == 0) text += ':';
        const char c = digits[i];
        text += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return text;
}

}  // namespace

CertificateDetail detail_of(const registry::ImportedCertificateInUse& in_use, WallTime now) {
    const registry::ImportedCertificate& certificate = in_use.certificate;
    const Facts facts = facts_of(certificate);
    CertificateDetail detail{.certificate_arn = certificate.arn(),
                             .domain_name = domain_of(facts),
                             .created_at = certificate.created,
                             .imported_at = certificate.imported,
                             .status = status_of(facts, now),
                             .key_algorithm = algorithm_of(facts),
                             .in_use_by = in_use.in_use_by,
                             .type = CertificateType::Imported,
                             .renewal_eligibility = RenewalEligibility::Ineligible};
    if (!facts) return detail;
    detail.subject_alternative_names = facts->dns_names;
    if (detail.subject_alternative_names->empty()) detail.subject_alternative_names = std::nullopt;
    detail.serial = with_colons(facts->serial);
    detail.subject = facts->subject;
    detail.issuer = facts->issuer;
    detail.not_before = facts->not_before;
    detail.not_after = facts->not_after;
    return detail;
}

CertificateSummary summary_of(const registry::ImportedCertificate& certificate, WallTime now) {
    const Facts facts = facts_of(certificate);
    CertificateSummary summary{.certificate_arn = certificate.arn(),
                               .domain_name = domain_of(facts),
                               .status = status_of(facts, now),
                               .type = CertificateType::Imported,
                               .key_algorithm = algorithm_of(facts),
                               .renewal_eligibility = RenewalEligibility::Ineligible,
                               .created_at = certificate.created,
                               .imported_at = certificate.imported};
    if (!facts) return summary;
    summary.not_before = facts->not_before;
    summary.not_after = facts->not_after;
    return summary;
}

registry::Texts texts_of(const std::optional<std::vector<Tag>>& tags) {
    registry::Texts texts;
    if (!tags) return texts;
    for (const Tag& tag : *tags) texts[tag.key] = tag.value.value_or("");
    return texts;
}

std::vector<Tag> tags_of(const registry::Texts& texts) {
    std::vector<Tag> tags;
    for (const auto& [key, value] : texts) tags.push_back({.key = key, .value = value});
    return tags;
}

}  // namespace gatehouse::api::acm
