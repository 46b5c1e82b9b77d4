#include "api/iot/certificate_shapes.h"

#include "api/iot/errors.h"
#include "api/iot/present.h"

namespace gatehouse::api::iot {
namespace {

CertificateStatus shape_of(registry::CertificateStatus status) {
    switch (status) {
        case registry::CertificateStatus::Active: return CertificateStatus::Active;
        case registry::CertificateStatus::Inactive: return CertificateStatus::Inactive;
        case registry::CertificateStatus::Revoked: return CertificateStatus::Revoked;
        case registry::CertificateStatus::PendingTransfer:
            return CertificateStatus::PendingTransfer;
        case registry::CertificateStatus::RegisterInactive:
            return CertificateStatus::RegisterInactive;
        case registry::CertificateStatus::PendingActivation:
            return CertificateStatus::PendingActivation;
    }
    return CertificateStatus::Inactive;
}

TransferData shape_of(const std::optional<registry::Transfer>& transfer) {
    if (!transfer) return {};
    return {.transfer_message = present(transfer->message),
            .reject_reason = present(transfer->reject_reason),
            .transfer_date = transfer->started,
            .accept_date = transfer->accepted,
            .reject_date = transfer->rejected};
}

}  // namespace

CertificateMode shape_of(registry::CertificateMode mode) {
    return mode == registry::CertificateMode::SniOnly ? CertificateMode::SniOnly
                                                      : CertificateMode::Default;
}

registry::CertificateMode mode_of(CertificateMode mode) {
    return mode == CertificateMode::SniOnly ? registry::CertificateMode::SniOnly
                                            : registry::CertificateMode::Default;
}

registry::CertificateStatus status_of(CertificateStatus status) {
    switch (status) {
        case CertificateStatus::Active: return registry::CertificateStatus::Active;
        case CertificateStatus::Inactive: return registry::CertificateStatus::Inactive;
        case CertificateStatus::Revoked: return registry::CertificateStatus::Revoked;
        case CertificateStatus::PendingTransfer:
            return registry::CertificateStatus::PendingTransfer;
        case CertificateStatus::RegisterInactive:
            return registry::CertificateStatus::RegisterInactive;
        case CertificateStatus::PendingActivation:
            return registry::CertificateStatus::PendingActivation;
    }
    return registry::CertificateStatus::Inactive;
}

registry::CertificateStatus status_when_made(std::optional<bool> set_as_active) {
    return set_as_active.value_or(false) ? registry::CertificateStatus::Active
                                         : registry::CertificateStatus::Inactive;
}

CertificateDescription description_of(const registry::RegisteredCertificate& certificate) {
    CertificateDescription description{
        .certificate_arn = certificate.arn(),
        .certificate_id = certificate.id.value(),
        .status = shape_of(certificate.status),
        .certificate_pem = certificate.pem,
        .owned_by = certificate.owner().value(),
        .creation_date = certificate.created,
        .last_modified_date = certificate.modified,
        .customer_version = static_cast<std::int32_t>(certificate.customer_version),
        .transfer_data = shape_of(certificate.transfer),
        .generation_id = certificate.generation_id,
        .validity = CertificateValidity{.not_before = certificate.not_before,
                                        .not_after = certificate.not_after},
        .certificate_mode = shape_of(certificate.mode)};
    if (!certificate.authority.empty()) {
        description.ca_certificate_id = certificate.authority.value();
    }
    if (!certificate.previous_owner.empty()) {
        description.previous_owned_by = certificate.previous_owner.value();
    }
    return description;
}

Certificate summary_of(const registry::RegisteredCertificate& certificate) {
    return {.certificate_arn = certificate.arn(),
            .certificate_id = certificate.id.value(),
            .status = shape_of(certificate.status),
            .certificate_mode = shape_of(certificate.mode),
            .creation_date = certificate.created};
}

OutgoingCertificate outgoing_of(const registry::RegisteredCertificate& certificate) {
    const registry::Transfer transfer = certificate.transfer.value_or(registry::Transfer());
    return {.certificate_arn = certificate.arn(),
            .certificate_id = certificate.id.value(),
            .transferred_to = transfer.to.value(),
            .transfer_date = transfer.started,
            .transfer_message = present(transfer.message),
            .creation_date = certificate.created};
}

std::unexpected<wire::Failure> failure_of_issuing(const Error& error) {
    return wire::fail_as(error_table().of_kind(error.kind), error.message);
}

}  // namespace gatehouse::api::iot
