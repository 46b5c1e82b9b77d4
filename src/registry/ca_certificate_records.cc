#include "registry/ca_certificate_records.h"

#include <fmt/format.h>

#include <utility>

#include "base/resource_tags.h"
#include "base/uuid.h"
#include "certificates/issuer.h"
#include "registry/ca_certificate_record.h"
#include "registry/creation_order.h"
#include "registry/persistently.h"
#include "registry/provisioning_records.h"
#include "registry/registration_code.h"
#include "registry/role_arn.h"
#include "registry/shared_certificate.h"
#include "registry/tag_records.h"

namespace gatehouse::registry {
namespace {

// AWS General Reference, "AWS IoT Core endpoints and quotas".
constexpr std::size_t same_subject_max = 10;

constexpr RecordWords ca_words{"CA certificate", "certificateId"};

std::unexpected<Refused> invalid_authority(std::string why, std::string field) {
    return refuse(Refusal::CertificateValidation, std::move(why), std::move(field));
}

Outcome<void> check_config(const RegistrationConfig& config) {
    const bool has_body = !config.template_body.empty();
    if (has_body && !config.template_name.empty()) {
        return refuse(Refusal::InvalidRequest,
                      "give a templateName, or a templateBody with a roleArn, not both",
                      "registrationConfig");
    }
    if (!config.template_name.empty()) {
        return refuse(Refusal::ResourceNotFound,
                      fmt::format("there is no provisioning template '{}': templates are not kept "
                                  "by name yet; give a templateBody with a roleArn",
                                  config.template_name),
                      "registrationConfig");
    }
    if (has_body && config.role_arn.empty()) {
        return refuse(Refusal::InvalidRequest, "a templateBody needs a roleArn",
                      "registrationConfig");
    }
    if (!config.role_arn.empty()) {
        if (auto checked = check_role_arn(config.role_arn); !checked) return checked;
    }
    return has_body ? check_just_in_time_template(config.template_body) : Outcome<void>();
}

Outcome<void> check_mode(const NewCaCertificate& wanted) {
    const bool is_verified = !wanted.verification_pem.empty();
    if (wanted.mode == CertificateMode::SniOnly && is_verified) {
        return refuse(Refusal::InvalidRequest,
                      "verificationCertificate must be empty if certificateMode is SNI_ONLY",
                      "verificationCertificate");
    }
    if (wanted.mode == CertificateMode::Default && !is_verified) {
        return refuse(Refusal::InvalidRequest,
                      "verificationCertificate must not be empty if certificateMode is DEFAULT or "
                      "not given",
                      "verificationCertificate");
    }
    return {};
}

Outcome<certificates::Certificate> read_authority(const std::string& pem, WallTime now) {
    constexpr const char* field = "caCertificate";
    auto facts = certificates::parse_single_certificate_pem(pem);
    if (!facts) return invalid_authority(facts.error().message, field);
    if (!facts->is_authority) {
        return invalid_authority(
            "it is no certificate authority's: basicConstraints must say CA:TRUE", field);
    }
    if (now < facts->not_before) return invalid_authority("it is not valid yet", field);
    if (now > facts->not_after) return invalid_authority("it has run out", field);
    return std::move(*facts);
}

Error authority_overtaken(const CertificateId& id) {
    return changed_meanwhile(ca_words, id.view());
}

}  // namespace

Outcome<std::string> CaCertificateRecords::registration_code(const Tenant& tenant) {
    return registry::registration_code(store_, tenant, parts_.random);
}

Outcome<void> CaCertificateRecords::delete_registration_code(const Tenant& tenant) {
    return registry::delete_registration_code(store_, tenant);
}

Outcome<void> CaCertificateRecords::check_possession(const Tenant& tenant,
                                                     const NewCaCertificate& wanted,
                                                     const certificates::Certificate& authority) {
    constexpr const char* field = "verificationCertificate";
    if (auto checked = check_mode(wanted); !checked) return checked;
    if (wanted.mode == CertificateMode::SniOnly) return {};
    const auto proof = certificates::parse_single_certificate_pem(wanted.verification_pem);
    if (!proof) return invalid_authority(proof.error().message, field);
    if (!certificates::is_issued_by(proof->der, authority.der)) {
        return invalid_authority("the verification certificate is not signed by the CA certificate",
                                 field);
    }
    const auto code = present_registration_code(store_, tenant);
    if (!code) return refuse(code.error());
    if (code->empty() || proof->common_name != *code) {
        return refuse(Refusal::RegistrationCodeValidation,
                      "The registration code is invalid: the verification certificate's common "
                      "name must be what GetRegistrationCode answers",
                      field);
    }
    return {};
}

Outcome<CaCertificate> CaCertificateRecords::add(const Tenant& tenant,
                                                 const NewCaCertificate& wanted) {
    const WallTime now = parts_.clock.wall_now();
    const auto facts = read_authority(wanted.pem, now);
    if (!facts) return refuse(facts.error());
    if (auto checked = check_tags(wanted.tags); !checked) return refuse(checked.error());
    if (auto checked = check_config(wanted.config); !checked) return refuse(checked.error());
    if (auto proven = check_possession(tenant, wanted, *facts); !proven) {
        return refuse(std::move(proven.error()));
    }
    const CaCertificate certificate{.tenant = tenant,
                                    .id = facts->id,
                                    .status = wanted.status,
                                    .mode = wanted.mode,
                                    .pem = wanted.pem,
                                    .subject = facts->subject,
                                    .auto_registration = wanted.auto_registration,
                                    .config = wanted.config,
                                    .generation_id = make_uuid(parts_.random),
                                    .not_before = facts->not_before,
                                    .not_after = facts->not_after,
                                    .created = now,
                                    .modified = now,
                                    .tags = wanted.tags};
    return persistently([&] { return try_add(certificate); });
}

Outcome<CaCertificate> CaCertificateRecords::try_add(CaCertificate certificate) {
    const auto key = ca_key_of(certificate.tenant, certificate.id);
    const auto shared =
        check_sharing<CaCertificate>(store_,
                                     {.key = key,
                                      .mode = certificate.mode,
                                      .arn = certificate.arn(),
                                      .exists = "The CA certificate is already registered",
                                      .field = "caCertificate"},
                                     decode_ca_certificate);
    if (!shared) return refuse(shared.error());
    auto alike = CasOfSubject::read(store_, certificate.tenant, certificate.subject);
    if (!alike) return refuse(std::move(alike.error()));
    if (alike->ids.size() >= same_subject_max) {
        return refuse(Refusal::LimitExceeded,
                      fmt::format("{} CA certificates with the subject '{}' are registered, and "
                                  "there may not be more; delete one",
                                  alike->ids.size(), certificate.subject),
                      "caCertificate");
    }
    alike->ids.push_back(certificate.id);
    storage::Batch batch;
    batch.require(storage::IsAbsent{key}, authority_overtaken(certificate.id));
    alike->put_into(batch, authority_overtaken(certificate.id));
    batch.put(key, encode(certificate));
    batch.change(storage::AddLink{creation_link(key, certificate.created)});
    if (const auto added = store_.apply(batch); !added) return refuse(refused_by(added.error()));
    return certificate;
}

Outcome<Stored<CaCertificate>> CaCertificateRecords::read(const Tenant& tenant,
                                                          const CertificateId& id) {
    return read_stored(store_, ca_key_of(tenant, id), ca_words, decode_ca_certificate);
}

Outcome<CaCertificate> CaCertificateRecords::describe(const Tenant& tenant,
                                                      const CertificateId& id) {
    auto stored = read(tenant, id);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->value);
}

Outcome<void> CaCertificateRecords::change(const Tenant& tenant, const CertificateId& id,
                                           const CaCertificateChange& change) {
    if (change.config) {
        if (auto checked = check_config(*change.config); !checked) return checked;
    }
    return persistently([&] { return try_change(tenant, id, change); });
}

Outcome<void> CaCertificateRecords::try_change(const Tenant& tenant, const CertificateId& id,
                                               const CaCertificateChange& change) {
    auto stored = read(tenant, id);
    if (!stored) return refuse(std::move(stored.error()));
    CaCertificate& certificate = stored->value;
    const CaCertificate before = certificate;
    if (change.remove_auto_registration) {
        certificate.auto_registration = AutoRegistration::Disable;
        certificate.config = {};
    }
    certificate.status = change.status.value_or(certificate.status);
    certificate.auto_registration =
        change.auto_registration.value_or(certificate.auto_registration);
    certificate.config = change.config.value_or(certificate.config);
    if (certificate == before) return {};
    ++certificate.customer_version;
    const auto key = ca_key_of(tenant, id);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision}, authority_overtaken(id));
    batch.put(key, encode(certificate));
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return {};
}

Outcome<void> CaCertificateRecords::remove(const Tenant& tenant, const CertificateId& id) {
    return persistently([&] { return try_remove(tenant, id); });
}

Outcome<void> CaCertificateRecords::try_remove(const Tenant& tenant, const CertificateId& id) {
    const auto stored = read(tenant, id);
    if (!stored) return refuse(stored.error());
    if (stored->value.status == CaStatus::Active) {
        return refuse(Refusal::CertificateState,
                      "CA certificate must be deactivated (not ACTIVE) before deletion.",
                      "certificateId");
    }
    auto alike = CasOfSubject::read(store_, tenant, stored->value.subject);
    if (!alike) return refuse(std::move(alike.error()));
    std::erase(alike->ids, id);
    const auto key = ca_key_of(tenant, id);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision}, authority_overtaken(id));
    alike->put_into(batch, authority_overtaken(id));
    batch.change(storage::Remove{key});
    batch.change(storage::RemoveLink{creation_link(key, stored->value.created)});
    if (const auto removed = store_.apply(batch); !removed) {
        return refuse(refused_by(removed.error()));
    }
    return {};
}

Outcome<Page<CaCertificate>> CaCertificateRecords::list(
    const Tenant& tenant, const Listing& listing, const std::optional<std::string>& template_name) {
    auto page = list_by_creation<CaCertificate>(store_, tenant, ca_certificate_kind, listing,
                                                decode_ca_certificate);
    if (page && template_name) {
        std::erase_if(page->items, [&](const CaCertificate& certificate) {
            return certificate.config.template_name != *template_name;
        });
    }
    return page;
}

Outcome<std::vector<Stored<CaCertificate>>> issuers_of(storage::ResourceStore& store,
                                                       const Tenant& tenant,
                                                       const certificates::Certificate& of) {
    const auto named = CasOfSubject::read(store, tenant, of.issuer);
    if (!named) return refuse(named.error());
    std::vector<Stored<CaCertificate>> issuers;
    for (const CertificateId& id : named->ids) {
        auto stored = read_stored(store, ca_key_of(tenant, id), ca_words, decode_ca_certificate);
        if (!stored && stored.error().refusal == Refusal::ResourceNotFound) continue;
        if (!stored) return refuse(std::move(stored.error()));
        const auto authority = certificates::parse_certificate_pem(stored->value.pem);
        if (authority && certificates::is_issued_by(of.der, authority->der)) {
            issuers.push_back(std::move(*stored));
        }
    }
    return issuers;
}

}  // namespace gatehouse::registry
