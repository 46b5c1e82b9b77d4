#include "api/iot/create_certificate_from_csr.h"

#include "api/iot/certificate_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreateCertificateFromCsrResponse>> CreateCertificateFromCsr::handle(
    const Caller& caller, CreateCertificateFromCsrRequest request) const {
    auto pem = co_await signing.sign(
        {.tenant = caller.tenant,
         .pem = std::move(request.certificate_signing_request),
         .principal_id = caller.identity_id.empty() ? caller.principal : caller.identity_id,
         .client_id = ""},
        caller.deadline);
    if (!pem) co_return failure_of_issuing(pem.error());
    const auto added = co_await certificates.run([&](registry::CertificateRecords& records) {
        return records.add(caller.tenant,
                           {.pem = *pem, .status = status_when_made(request.set_as_active)});
    });
    if (!added) co_return failure_of(added.error());
    co_return CreateCertificateFromCsrResponse{.certificate_arn = added->arn(),
                                               .certificate_id = added->id.value(),
                                               .certificate_pem = std::move(*pem)};
}

}  // namespace gatehouse::api::iot
