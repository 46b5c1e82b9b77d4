#include "api/iot/register_ca_certificate.h"

#include "api/iot/authorizer_shapes.h"
#include "api/iot/ca_certificate_shapes.h"
#include "api/iot/certificate_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<RegisterCACertificateResponse>> RegisterCACertificate::handle(
    const Caller& caller, RegisterCACertificateRequest request) const {
    auto tags = texts_of(request.tags);
    if (!tags) co_return std::unexpected(std::move(tags.error()));
    const registry::NewCaCertificate wanted{
        .pem = std::move(request.ca_certificate),
        .verification_pem = std::move(request.verification_certificate).value_or(""),
        .status = ca_status_when_made(request.set_as_active),
        .mode = mode_of(request.certificate_mode.value_or(CertificateMode::Default)),
        .auto_registration = request.allow_auto_registration.value_or(false)
                                 ? registry::AutoRegistration::Enable
                                 : registry::AutoRegistration::Disable,
        .config = config_of(std::move(request.registration_config).value_or(RegistrationConfig())),
        .tags = std::move(*tags)};
    const auto added = co_await ca_certificates.run([&](registry::CaCertificateRecords& records) {
        return records.add(caller.tenant, wanted);
    });
    if (!added) co_return failure_of(added.error());
    co_return RegisterCACertificateResponse{.certificate_arn = added->arn(),
                                            .certificate_id = added->id.value()};
}

}  // namespace gatehouse::api::iot
