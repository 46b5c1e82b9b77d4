#include "api/iot/ca_certificate_shapes.h"

#include <utility>

#include "api/iot/certificate_shapes.h"
#include "api/iot/present.h"

namespace gatehouse::api::iot {
namespace {

CACertificateStatus shape_of(registry::CaStatus status) {
    return status == registry::CaStatus::Active ? CACertificateStatus::Active
                                                : CACertificateStatus::Inactive;
}

}  // namespace

registry::CaStatus ca_status_when_made(std::optional<bool> set_as_active) {
    return set_as_active.value_or(false) ? registry::CaStatus::Active
                                         : registry::CaStatus::Inactive;
}

registry::RegistrationConfig config_of(RegistrationConfig config) {
    return {.template_body = std::move(config.template_body).value_or(""),
            .role_arn = std::move(config.role_arn).value_or(""),
            .template_name = std::move(config.template_name).value_or("")};
}

RegistrationConfig shape_of(const registry::RegistrationConfig& config) {
    return {.template_body = present(config.template_body),
            .role_arn = present(config.role_arn),
            .template_name = present(config.template_name)};
}

CACertificateDescription description_of(const registry::CaCertificate& certificate) {
    return {.certificate_arn = certificate.arn(),
            .certificate_id = certificate.id.value(),
            .status = shape_of(certificate.status),
            .certificate_pem = certificate.pem,
            .owned_by = certificate.tenant.account.value(),
            .creation_date = certificate.created,
            .auto_registration_status =
                certificate.auto_registration == registry::AutoRegistration::Enable
                    ? AutoRegistrationStatus::Enable
                    : AutoRegistrationStatus::Disable,
            .last_modified_date = certificate.modified,
            .customer_version = static_cast<std::int32_t>(certificate.customer_version),
            .generation_id = certificate.generation_id,
            .validity = CertificateValidity{.not_before = certificate.not_before,
                                            .not_after = certificate.not_after},
            .certificate_mode = shape_of(certificate.mode)};
}

CACertificate summary_of(const registry::CaCertificate& certificate) {
    return {.certificate_arn = certificate.arn(),
            .certificate_id = certificate.id.value(),
            .status = shape_of(certificate.status),
            .creation_date = certificate.created};
}

registry::CaCertificateChange change_of(const UpdateCACertificateRequest& request) {
    registry::CaCertificateChange change;
    if (request.new_status) {
        change.status = *request.new_status == CACertificateStatus::Active
                            ? registry::CaStatus::Active
                            : registry::CaStatus::Inactive;
    }
    if (request.new_auto_registration_status) {
        change.auto_registration =
            *request.new_auto_registration_status == AutoRegistrationStatus::Enable
                ? registry::AutoRegistration::Enable
                : registry::AutoRegistration::Disable;
    }
    if (request.registration_config) change.config = config_of(*request.registration_config);
    change.remove_auto_registration = request.remove_auto_registration.value_or(false);
    return change;
}

}  // namespace gatehouse::api::iot
