#include "registry/certificate_records.h"

#include <fmt/format.h>

#include <utility>

#include "base/uuid.h"
#include "registry/creation_order.h"
#include "registry/persistently.h"
#include "registry/policy_record.h"
#include "registry/principal_guard.h"
#include "registry/registered_certificate_record.h"

namespace gatehouse::registry {
namespace {

constexpr int rsa_bits_min = 2048;

constexpr RecordWords certificate_words{"certificate", "certificateId"};

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

bool has_links(const Result<storage::LinkPage>& page) {
    return page && !page->names.empty();
}

}  // namespace

Outcome<RegisteredCertificate> CertificateRecords::add(const Tenant& tenant,
                                                       const NewCertificate& wanted) {
    if (auto checked = check_status_of_users(wanted.status);
        !checked && wanted.status != CertificateStatus::PendingActivation) {
        return refuse(std::move(checked.error()));
    }
    const auto facts = certificates::parse_certificate_pem(wanted.pem);
    if (!facts) return invalid_certificate(facts.error().message);
    if (facts->is_authority) {
        return invalid_certificate("it is a certificate authority's; devices have others");
    }
    if (auto checked = check_key(facts->key); !checked) return refuse(std::move(checked.error()));
    const RegisteredCertificate certificate{.tenant = tenant,
                                            .id = facts->id,
                                            .status = wanted.status,
                                            .mode = wanted.mode,
                                            .pem = wanted.pem,
                                            .authority = wanted.authority,
                                            .generation_id = make_uuid(parts_.random),
                                            .not_before = facts->not_before,
                                            .not_after = facts->not_after,
                                            .created = parts_.clock.wall_now()};
    const auto key = key_of(tenant, facts->id);
    const std::string exists = "The certificate is already provisioned or registered";
    storage::Batch batch;
    batch.require(storage::IsAbsent{key}, Error{ErrorKind::Conflict, exists, {}});
    batch.put(key, encode(certificate));
    batch.change(storage::AddLink{creation_link(key, certificate.created)});
    if (const auto added = store_.apply(batch); !added) {
        if (added.error().kind != ErrorKind::Conflict) return refuse(refused_by(added.error()));
        return refuse(Refused{Refusal::ResourceAlreadyExists, exists, "certificatePem",
                              facts->id.value(), certificate.arn()});
    }
    return describe(tenant, facts->id);
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
    RegisteredCertificate& certificate = stored->value;
    if (certificate.status == status) return {};
    if (certificate.status == CertificateStatus::Revoked) {
        return refuse(Refusal::CertificateState,
                      fmt::format("certificate {} is revoked, for good; make a new one", id.view()),
                      "certificateId");
    }
    if (certificate.status == CertificateStatus::PendingTransfer) {
        return refuse(
            Refusal::CertificateState,
            fmt::format("certificate {} is being transferred; cancel that first", id.view()),
            "certificateId");
    }
    certificate.status = status;
    ++certificate.customer_version;
    const auto key = key_of(tenant, id);
    storage::Batch batch;
    batch.require(storage::HasRevision{key, stored->revision}, overtaken(id));
    batch.put(key, encode(certificate));
    if (const auto written = store_.apply(batch); !written) {
        return refuse(refused_by(written.error()));
    }
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
    const auto conflict = [](std::string_view what, std::string_view how) {
        return refuse(Refusal::DeleteConflict,
                      fmt::format("{} must be detached before deletion ({})", what, how),
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
    batch.change(storage::RemoveLink{creation_link(key, stored->value.created)});
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

}  // namespace gatehouse::registry
