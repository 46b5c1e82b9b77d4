#include "registry/certificate_transfer_records.h"

#include <fmt/format.h>

#include <utility>

#include "registry/creation_order.h"
#include "registry/persistently.h"
#include "registry/policy_record.h"
#include "registry/principal_guard.h"
#include "registry/registered_certificate_record.h"

namespace gatehouse::registry {
namespace {

constexpr const char* field = "certificateId";

Error transfer_overtaken(const CertificateId& id) {
    return changed_meanwhile(certificate_words, id.view());
}

std::unexpected<Refused> completed(const CertificateId& id) {
    return refuse(Refusal::TransferAlreadyCompleted,
                  fmt::format("You can't revert the certificate transfer because the transfer is "
                              "already complete: certificate {} is not being transferred",
                              id.view()),
                  field);
}

Outcome<void> check_may_leave(const RegisteredCertificate& certificate) {
    const auto refused = [&](std::string_view why) {
        return refuse(Refusal::CertificateState,
                      fmt::format("certificate {} {}", certificate.id.view(), why), field);
    };
    switch (certificate.status) {
        case CertificateStatus::Active:
            return refused("is ACTIVE; deactivate it with UpdateCertificate before the transfer");
        case CertificateStatus::Revoked: return refused("is revoked, for good");
        case CertificateStatus::PendingTransfer: return refused("is being transferred already");
        case CertificateStatus::Inactive:
        case CertificateStatus::RegisterInactive:
        case CertificateStatus::PendingActivation: break;
    }
    return {};
}

void put(storage::Batch& batch, const RegisteredCertificate& certificate) {
    batch.put(key_of(certificate.tenant, certificate.id), encode(certificate));
    for (storage::Link& link : listing_links(certificate)) {
        batch.change(storage::AddLink{std::move(link)});
    }
}

void remove_links(storage::Batch& batch, const RegisteredCertificate& certificate) {
    for (storage::Link& link : listing_links(certificate)) {
        batch.change(storage::RemoveLink{std::move(link)});
    }
}

// With all that was attached to it.
void remove(storage::Batch& batch, const RegisteredCertificate& certificate) {
    const std::string arn = certificate.arn();
    for (const storage::Relation& relation :
         {thing_principal_relation, exclusive_principal_relation, policy_target_relation}) {
        batch.change(
            storage::RemoveLinks{certificate.tenant, relation, storage::Direction::To, arn});
    }
    PrincipalGuard::remove(batch, certificate.tenant, arn);
    remove_links(batch, certificate);
    batch.change(storage::Remove{key_of(certificate.tenant, certificate.id)});
}

void require_unchanged(storage::Batch& batch, const Stored<RegisteredCertificate>& stored) {
    const RegisteredCertificate& certificate = stored.value;
    batch.require(storage::HasRevision{key_of(certificate.tenant, certificate.id), stored.revision},
                  transfer_overtaken(certificate.id));
}

Outcome<void> apply(storage::ResourceStore& store, const storage::Batch& batch) {
    if (const auto applied = store.apply(batch); !applied) {
        return refuse(refused_by(applied.error()));
    }
    return {};
}

}  // namespace

Outcome<Stored<RegisteredCertificate>> CertificateTransferRecords::read(const Tenant& tenant,
                                                                        const CertificateId& id) {
    return read_stored(store_, key_of(tenant, id), certificate_words, decode_certificate);
}

Outcome<RegisteredCertificate> CertificateTransferRecords::start(const Tenant& tenant,
                                                                 const CertificateId& id,
                                                                 const AccountId& to,
                                                                 const std::string& message) {
    if (to == tenant.account) {
        return refuse(
            Refusal::InvalidRequest,
            fmt::format("account {} has the certificate already; name another account", to.view()),
            "targetAwsAccount");
    }
    const Transfer transfer{.from = tenant.account,
                            .to = to,
                            .message = message,
                            .started = parts_.clock.wall_now(),
                            .accepted = {},
                            .rejected = {},
                            .reject_reason = {}};
    return persistently([&] { return try_start(tenant, id, transfer); });
}

Outcome<RegisteredCertificate> CertificateTransferRecords::try_start(const Tenant& tenant,
                                                                     const CertificateId& id,
                                                                     const Transfer& transfer) {
    const auto stored = read(tenant, id);
    if (!stored) return refuse(stored.error());
    if (auto checked = check_may_leave(stored->value); !checked) return refuse(checked.error());
    RegisteredCertificate leaving = stored->value;
    leaving.status = CertificateStatus::PendingTransfer;
    leaving.transfer = transfer;
    RegisteredCertificate arriving = leaving;
    arriving.tenant.account = transfer.to;
    const auto there = store_.get(key_of(arriving.tenant, id));
    if (there) {
        return refuse(
            Refusal::TransferConflict,
            fmt::format("account {} has certificate {} already", transfer.to.view(), id.view()),
            "targetAwsAccount");
    }
    if (there.error().kind != ErrorKind::NotFound) return refuse(refused_by(there.error()));
    storage::Batch batch;
    require_unchanged(batch, *stored);
    batch.require(storage::IsAbsent{key_of(arriving.tenant, id)}, transfer_overtaken(id));
    // Said at once: who tries again would find the same.
    const Error attached{
        ErrorKind::InvalidInput,
        "You can't transfer the certificate because authorization policies or things are still "
        "attached: DetachPolicy, DetachThingPrincipal",
        {field, 0, 0}};
    for (const storage::Relation& relation : {policy_target_relation, thing_principal_relation}) {
        batch.require(
            storage::HasNoLinks{tenant, relation, storage::Direction::To, stored->value.arn()},
            attached);
    }
    put(batch, leaving);
    put(batch, arriving);
    if (const auto applied = store_.apply(batch); !applied) {
        if (applied.error().message == attached.message) {
            return refuse(Refusal::TransferConflict, attached.message, field);
        }
        return refuse(refused_by(applied.error()));
    }
    return leaving;
}

Outcome<CertificateTransferRecords::Pair> CertificateTransferRecords::read_arriving(
    const Tenant& tenant, const CertificateId& id) {
    auto arriving = read(tenant, id);
    if (!arriving) return refuse(std::move(arriving.error()));
    if (!arriving->value.is_incoming()) return completed(id);
    auto leaving = read({arriving->value.transfer->from, tenant.region}, id);
    if (!leaving) return refuse(std::move(leaving.error()));
    return Pair{std::move(*leaving), std::move(*arriving)};
}

Outcome<CertificateTransferRecords::Pair> CertificateTransferRecords::read_leaving(
    const Tenant& tenant, const CertificateId& id) {
    auto leaving = read(tenant, id);
    if (!leaving && leaving.error().refusal == Refusal::ResourceNotFound) {
        const auto owners = store_.tenants_with(certificate_kind, id.value());
        if (!owners) return refuse(refused_by(owners.error()));
        for (const Tenant& owner : *owners) {
            const auto theirs = read(owner, id);
            if (owner.region == tenant.region && theirs &&
                theirs->value.previous_owner == tenant.account) {
                return completed(id);
            }
        }
    }
    if (!leaving) return refuse(std::move(leaving.error()));
    if (!leaving->value.is_outgoing() || !leaving->value.transfer) return completed(id);
    auto arriving = read({leaving->value.transfer->to, tenant.region}, id);
    if (!arriving) return refuse(std::move(arriving.error()));
    return Pair{std::move(*leaving), std::move(*arriving)};
}

Outcome<void> CertificateTransferRecords::accept(const Tenant& tenant, const CertificateId& id,
                                                 CertificateStatus as) {
    return persistently([&]() -> Outcome<void> {
        const auto pair = read_arriving(tenant, id);
        if (!pair) return refuse(pair.error());
        RegisteredCertificate accepted = pair->arriving.value;
        accepted.status = as;
        accepted.previous_owner = accepted.transfer->from;
        accepted.transfer->accepted = parts_.clock.wall_now();
        ++accepted.customer_version;
        storage::Batch batch;
        require_unchanged(batch, pair->leaving);
        require_unchanged(batch, pair->arriving);
        remove(batch, pair->leaving.value);
        put(batch, accepted);
        return apply(store_, batch);
    });
}

Outcome<void> CertificateTransferRecords::give_back(const Pair& pair,
                                                    std::optional<Transfer> told) {
    RegisteredCertificate back = pair.leaving.value;
    back.status = CertificateStatus::Inactive;
    back.transfer = std::move(told);
    ++back.customer_version;
    storage::Batch batch;
    require_unchanged(batch, pair.leaving);
    require_unchanged(batch, pair.arriving);
    remove(batch, pair.arriving.value);
    remove_links(batch, pair.leaving.value);
    put(batch, back);
    return apply(store_, batch);
}

Outcome<void> CertificateTransferRecords::reject(const Tenant& tenant, const CertificateId& id,
                                                 const std::string& reason) {
    return persistently([&]() -> Outcome<void> {
        const auto pair = read_arriving(tenant, id);
        if (!pair) return refuse(pair.error());
        Transfer told = *pair->leaving.value.transfer;
        told.rejected = parts_.clock.wall_now();
        told.reject_reason = reason;
        return give_back(*pair, std::move(told));
    });
}

Outcome<void> CertificateTransferRecords::cancel(const Tenant& tenant, const CertificateId& id) {
    return persistently([&]() -> Outcome<void> {
        const auto pair = read_leaving(tenant, id);
        if (!pair) return refuse(pair.error());
        return give_back(*pair, std::nullopt);
    });
}

Outcome<Page<RegisteredCertificate>> CertificateTransferRecords::list_outgoing(
    const Tenant& tenant, const Listing& listing) {
    return list_by_creation<RegisteredCertificate>(store_, tenant, certificate_kind, listing,
                                                   decode_certificate, outgoing_certificates);
}

}  // namespace gatehouse::registry
