#include "registry/certificate_records.h"

#include <fmt/format.h>

#include <utility>

#include "base/uuid.h"
#include "certificates/issuer.h"
#include "registry/ca_certificate_record.h"
#include "registry/ca_certificate_records.h"
#include "registry/creation_order.h"
#include "registry/elsewhere.h"
#include "registry/persistently.h"
#include "registry/policy_record.h"
#include "registry/principal_guard.h"
#include "registry/registered_certificate_record.h"
#include "registry/shared_certificate.h"

namespace gatehouse::registry {
namespace {

constexpr int rsa_bits_min = 2048;

Error overtaken(const CertificateId& id) {
    return changed_meanwhile(certificate_words, id.view());
}

std::unexpected<Refused> invalid_certificate(std::string why) {
    return refuse(Refusal::CertificateValidation, std::move(why), "certificatePem");
}

// AWS takes RSA keys of 2048 bits and more, and the curves P-256, P-384 and P-521.
Outcome<void> check_key(const certificates::PublicKeyFacts& key) {
    using certificates::KeyKind;
    if (key.kind == KeyKind::Rsa && key.bits >= rsa_bits_min) return {};
    if (key.kind == KeyKind::EllipticCurve &&
        (key.curve == "prime256v1" || key.curve == "secp384r1" || key.curve == "secp521r1")) {
        return {};
    }
    return invalid_certificate(
        "its key must be RSA of at least 2048 bits, or on one of the curves P-256, P-384 and "
        "P-521");
}

Outcome<void> check_status_of_users(CertificateStatus status) {
    if (status == CertificateStatus::Active || status == CertificateStatus::Inactive ||
        status == CertificateStatus::Revoked || status == CertificateStatus::RegisterInactive) {
        return {};
    }
    return refuse(Refusal::InvalidRequest,
                  fmt::format("{} is set by the service alone; set ACTIVE, INACTIVE or REVOKED",
                              name_of_choice(status)),
                  "status");
}

Outcome<certificates::Certificate> read_of_device(const std::string& pem) {
    auto facts = certificates::parse_single_certificate_pem(pem);
    if (!facts) return invalid_certificate(facts.error().message);
    if (auto checked = check_key(facts->key); !checked) return refuse(std::move(checked.error()));
    return std::move(*facts);
}

// What a registered authority signed and may sign itself is its intermediate. One that nobody
// vouches for is no more than its key, whatever it says: openssl's self-signed ones say CA:TRUE.
Outcome<void> check_is_leaf(const certificates::Certificate& facts) {
    if (!facts.is_authority) return {};
    return invalid_certificate("it is a certificate authority's; devices have others");
}

bool has_links(const Result<storage::LinkPage>& page) {
    return page && !page->names.empty();
}

}  // namespace

Outcome<RegisteredCertificate> CertificateRecords::add(const Tenant& tenant,
                                                       const NewCertificate& wanted) {
    if (auto checked = check_status_of_users(wanted.status); !checked) {
        return refuse(std::move(checked.error()));
    }
    return persistently([&] { return try_add(tenant, wanted, nullptr); });
}

Outcome<RegisteredCertificate> CertificateRecords::add_to(storage::Batch& batch,
                                                          const Tenant& tenant,
                                                          const NewCertificate& wanted) {
    return stage(batch, tenant, wanted, nullptr);
}

Outcome<RegisteredCertificate> CertificateRecords::try_add(const Tenant& tenant,
                                                           const NewCertificate& wanted,
                                                           const Stored<CaCertificate>* authority) {
    storage::Batch batch;
    const auto certificate = stage(batch, tenant, wanted, authority);
    if (!certificate) return refuse(certificate.error());
    if (const auto added = store_.apply(batch); !added) return refuse(refused_by(added.error()));
    return describe(tenant, certificate->id);
}

Outcome<RegisteredCertificate> CertificateRecords::stage(storage::Batch& batch,
                                                         const Tenant& tenant,
                                                         const NewCertificate& wanted,
                                                         const Stored<CaCertificate>* authority) {
    const auto facts = read_of_device(wanted.pem);
    if (!facts) return refuse(facts.error());
    RegisteredCertificate certificate{.tenant = tenant,
                                      .id = facts->id,
                                      .status = wanted.status,
                                      .mode = wanted.mode,
                                      .pem = wanted.pem,
                                      .generation_id = make_uuid(parts_.random),
                                      .not_before = facts->not_before,
                                      .not_after = facts->not_after,
                                      .created = parts_.clock.wall_now()};
    if (authority != nullptr) {
        if (auto leaf = check_is_leaf(*facts); !leaf) return refuse(std::move(leaf.error()));
        certificate.mode = authority->value.mode;
        certificate.authority = authority->value.id;
        batch.require(
            storage::HasRevision{ca_key_of(tenant, authority->value.id), authority->revision},
            overtaken(facts->id));
    }
    const auto key = key_of(tenant, facts->id);
    const auto shared = check_sharing<RegisteredCertificate>(
        store_,
        {.key = key,
         .mode = certificate.mode,
         .arn = certificate.arn(),
         .exists = "The certificate is already provisioned or registered",
         .field = "certificatePem"},
        decode_certificate);
    if (!shared) return refuse(shared.error());
    batch.require(storage::IsAbsent{key}, overtaken(facts->id));
    batch.put(key, encode(certificate));
    for (storage::Link& link : listing_links(certificate)) {
        batch.change(storage::AddLink{std::move(link)});
    }
    return certificate;
}

Outcome<Stored<CaCertificate>> CertificateRecords::signer_of(const Tenant& tenant,
                                                             const SignedCertificate& wanted) {
    constexpr const char* field = "caCertificatePem";
    const auto facts = read_of_device(wanted.pem);
    if (!facts) return refuse(facts.error());
    if (auto leaf = check_is_leaf(*facts); !leaf) return refuse(std::move(leaf.error()));
    auto signers = issuers_of(store_, tenant, *facts);
    if (!signers) return refuse(std::move(signers.error()));
    if (!wanted.authority_pem.empty()) {
        const auto authority = certificates::parse_single_certificate_pem(wanted.authority_pem);
        if (!authority) {
            return refuse(Refusal::CertificateValidation, authority.error().message, field);
        }
        std::erase_if(*signers, [&](const auto& each) { return each.value.id != authority->id; });
    }
    if (signers->empty()) {
        return refuse(
            Refusal::CertificateValidation,
            fmt::format("no CA certificate that is registered in {} {}signed it: its "
                        "issuer is '{}' (RegisterCACertificate, or "
                        "RegisterCertificateWithoutCA)",
                        registry::describe(tenant),
                        wanted.authority_pem.empty() ? "" : "and was given ", facts->issuer),
            field);
    }
    if (signers->size() > 1) {
        return refuse(Refusal::CertificateConflict,
                      "Unable to verify the CA certificate used to sign the device certificate: "
                      "several with the same subject field and public key are registered; say "
                      "which in caCertificatePem",
                      field);
    }
    if (signers->front().value.status != CaStatus::Active) {
        return refuse(Refusal::CertificateState,
                      fmt::format("CA certificate {} is not ACTIVE; activate it with "
                                  "UpdateCACertificate",
                                  signers->front().value.id.view()),
                      field);
    }
    return std::move(signers->front());
}

Outcome<RegisteredCertificate> CertificateRecords::add_signed_to(storage::Batch& batch,
                                                                 const Tenant& tenant,
                                                                 const SignedCertificate& wanted) {
    const auto signer = signer_of(tenant, wanted);
    if (!signer) return refuse(signer.error());
    return stage(batch, tenant, {.pem = wanted.pem, .status = wanted.status}, &*signer);
}

Outcome<RegisteredCertificate> CertificateRecords::add_signed(const Tenant& tenant,
                                                              const SignedCertificate& wanted) {
    if (auto checked = check_status_of_users(wanted.status); !checked) {
        return refuse(std::move(checked.error()));
    }
    return persistently([&]() -> Outcome<RegisteredCertificate> {
        const auto signer = signer_of(tenant, wanted);
        if (!signer) return refuse(signer.error());
        return try_add(tenant, {.pem = wanted.pem, .status = wanted.status}, &*signer);
    });
}

Outcome<std::optional<RegisteredCertificate>> CertificateRecords::add_just_in_time(
    const Tenant& tenant, BytesView der, EndpointNamed named) {
    using Found = std::optional<RegisteredCertificate>;
    const WallTime now = parts_.clock.wall_now();
    const auto is_in_time = [&](const auto& certificate) {
        return certificate.not_before <= now && now <= certificate.not_after;
    };
    const auto facts = certificates::parse_certificate_der(der);
    if (!facts || !is_in_time(*facts)) return Found();
    const auto pem = certificates::pem_of(der);
    if (!pem) return refuse(refused_by(pem.error()));
    const auto may_register = [&](const CaCertificate& authority) {
        return authority.status == CaStatus::Active &&
               authority.auto_registration == AutoRegistration::Enable && is_in_time(authority) &&
               (authority.mode == CertificateMode::Default || named == EndpointNamed::Yes);
    };
    auto outcome = persistently([&]() -> Outcome<Found> {
        const auto signers = issuers_of(store_, tenant, *facts);
        if (!signers) return refuse(signers.error());
        for (const Stored<CaCertificate>& signer : *signers) {
            if (!may_register(signer.value)) continue;
            auto added = try_add(
                tenant, {.pem = *pem, .status = CertificateStatus::PendingActivation}, &signer);
            if (!added) return refuse(std::move(added.error()));
            return Found(std::move(*added));
        }
        return Found();
    });
    if (outcome || outcome.error().refusal != Refusal::ResourceAlreadyExists) return outcome;
    // Of two first connections the other was faster; or another account has it.
    auto present = describe(tenant, facts->id);
    if (present) return Found(std::move(*present));
    return outcome;
}

Outcome<Stored<RegisteredCertificate>> CertificateRecords::read(const Tenant& tenant,
                                                                const CertificateId& id) {
    return read_stored(store_, key_of(tenant, id), certificate_words, decode_certificate);
}

Outcome<RegisteredCertificate> CertificateRecords::describe(const Tenant& tenant,
                                                            const CertificateId& id) {
    auto stored = read(tenant, id);
    if (!stored) return refuse(std::move(stored.error()));
    return std::move(stored->value);
}

Outcome<void> CertificateRecords::set_status(const Tenant& tenant, const CertificateId& id,
                                             CertificateStatus status) {
    if (auto checked = check_status_of_users(status); !checked) return checked;
    return persistently([&] { return try_set_status(tenant, id, status); });
}

Outcome<void> CertificateRecords::try_set_status(const Tenant& tenant, const CertificateId& id,
                                                 CertificateStatus status) {
    auto stored = read(tenant, id);
    if (!stored) return refuse(std::move(stored.error()));
    if (stored->value.status == status) return {};
    storage::Batch batch;
    if (auto staged = set_status_in(batch, std::move(*stored), status); !staged) return staged;
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
    return {};
}

Outcome<void> CertificateRecords::set_status_in(storage::Batch& batch,
                                                Stored<RegisteredCertificate> stored,
                                                CertificateStatus status) {
    RegisteredCertificate& certificate = stored.value;
    if (certificate.status == CertificateStatus::Revoked) {
        return refuse(Refusal::CertificateState,
                      fmt::format("certificate {} is revoked, for good; make a new one",
                                  certificate.id.view()),
                      "certificateId");
    }
    if (certificate.status == CertificateStatus::PendingTransfer) {
        return refuse(
            Refusal::CertificateState,
            fmt::format("certificate {} is being transferred; that has to be accepted, rejected or "
                        "cancelled first",
                        certificate.id.view()),
            "certificateId");
    }
    certificate.status = status;
    ++certificate.customer_version;
    const auto key = key_of(certificate.tenant, certificate.id);
    batch.require(storage::HasRevision{key, stored.revision}, overtaken(certificate.id));
    batch.put(key, encode(certificate));
    return {};
}

Outcome<void> CertificateRecords::remove(const Tenant& tenant, const CertificateId& id,
                                         Deletion deletion) {
    return persistently([&] { return try_remove(tenant, id, deletion); });
}

Outcome<void> CertificateRecords::check_free(const Tenant& tenant, const std::string& arn,
                                             Deletion deletion) {
    const auto ends_at = [&](const storage::Relation& relation) {
        return store_.links({.tenant = tenant,
                             .relation = relation,
                             .direction = storage::Direction::To,
                             .name = arn,
                             .limit = 1});
    };
    const auto conflict = [&](std::string_view what, std::string_view how) {
        return refuse(
            Refusal::DeleteConflict,
            fmt::format("{} must be detached before deletion (arn: {}): {}", what, arn, how),
            "certificateId");
    };
    if (has_links(ends_at(thing_principal_relation))) {
        return conflict("Things", "DetachThingPrincipal");
    }
    if (deletion == Deletion::Careful && has_links(ends_at(policy_target_relation))) {
        return conflict("Certificate policies", "DetachPolicy, or forceDelete");
    }
    return {};
}

Outcome<void> CertificateRecords::try_remove(const Tenant& tenant, const CertificateId& id,
                                             Deletion deletion) {
    const auto stored = read(tenant, id);
    if (!stored) return refuse(stored.error());
    if (stored->value.status == CertificateStatus::Active) {
        return refuse(Refusal::CertificateState,
                      "Certificate must be deactivated (not ACTIVE) before deletion.",
                      "certificateId");
    }
    if (stored->value.status == CertificateStatus::PendingTransfer) {
        return refuse(Refusal::CertificateState,
                      "Certificate is being transferred (PENDING_TRANSFER); that has to be "
                      "accepted, rejected or cancelled before deletion.",
                      "certificateId");
    }
    const std::string arn = stored->value.arn();
    if (auto free = check_free(tenant, arn, deletion); !free) {
        return refuse(std::move(free.error()));
    }
    // All was just seen to hold; when it no longer does, the next attempt says why.
    const auto key = key_of(tenant, id);
    const auto unlinked = [&](const storage::Relation& relation) {
        return storage::HasNoLinks{tenant, relation, storage::Direction::To, arn};
    };
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision}, overtaken(id));
    batch.require(unlinked(thing_principal_relation), overtaken(id));
    if (deletion == Deletion::Careful) {
        batch.require(unlinked(policy_target_relation), overtaken(id));
    }
    batch.change(storage::RemoveLinks{tenant, policy_target_relation, storage::Direction::To, arn});
    PrincipalGuard::remove(batch, tenant, arn);
    batch.change(storage::Remove{key});
    for (storage::Link& link : listing_links(stored->value)) {
        batch.change(storage::RemoveLink{std::move(link)});
    }
    if (const auto removed = store_.apply(batch); !removed) {
        return refuse(refused_by(removed.error()));
    }
    return {};
}

Outcome<Page<RegisteredCertificate>> CertificateRecords::list(const Tenant& tenant,
                                                              const Listing& listing) {
    return list_by_creation<RegisteredCertificate>(store_, tenant, certificate_kind, listing,
                                                   decode_certificate);
}

Outcome<Page<RegisteredCertificate>> CertificateRecords::list_signed_by(
    const Tenant& tenant, const CertificateId& authority, const Listing& listing) {
    return list_by_creation<RegisteredCertificate>(store_, tenant, certificate_kind, listing,
                                                   decode_certificate, authority.view());
}

}  // namespace gatehouse::registry
