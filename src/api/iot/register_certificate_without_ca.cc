#include "api/iot/register_certificate_without_ca.h"

#include "api/iot/certificate_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<RegisterCertificateWithoutCAResponse>>
RegisterCertificateWithoutCA::handle(const Caller& caller,
                                     RegisterCertificateWithoutCARequest request) const {
    const auto added = co_await certificates.run([&](registry::CertificateRecords& records) {
        return records.add(
            caller.tenant,
            {.pem = std::move(request.certificate_pem),
             .status = status_of(request.status.value_or(CertificateStatus::Inactive)),
             .mode = registry::CertificateMode::SniOnly});
    });
    if (!added) co_return failure_of(added.error());
    co_return RegisterCertificateWithoutCAResponse{.certificate_arn = added->arn(),
                                                   .certificate_id = added->id.value()};
}

}  // namespace gatehouse::api::iot
