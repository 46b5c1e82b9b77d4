#include "api/iot/describe_certificate.h"

#include "api/iot/certificate_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DescribeCertificateResponse>> DescribeCertificate::handle(
    const Caller& caller, DescribeCertificateRequest request) const {
    const auto id = registry::certificate_id_of_text(request.certificate_id);
    const auto certificate = co_await certificates.run(
        [&](registry::CertificateRecords& records) { return records.describe(caller.tenant, id); });
    if (!certificate) co_return failure_of(certificate.error());
    co_return DescribeCertificateResponse{.certificate_description = description_of(*certificate)};
}

}  // namespace gatehouse::api::iot
