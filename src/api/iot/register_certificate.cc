#include "api/iot/register_certificate.h"

#include "api/iot/certificate_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<RegisterCertificateResponse>> RegisterCertificate::handle(
    const Caller& caller, RegisterCertificateRequest request) const {
    // setAsActive is of old, and status says more.
    const auto status =
        request.status ? status_of(*request.status) : status_when_made(request.set_as_active);
    const registry::SignedCertificate wanted{
        .pem = std::move(request.certificate_pem),
        .authority_pem = std::move(request.ca_certificate_pem).value_or(""),
        .status = status};
    const auto added = co_await certificates.run([&](registry::CertificateRecords& records) {
        return records.add_signed(caller.tenant, wanted);
    });
    if (!added) co_return failure_of(added.error());
    co_return RegisterCertificateResponse{.certificate_arn = added->arn(),
                                          .certificate_id = added->id.value()};
}

}  // namespace gatehouse::api::iot
