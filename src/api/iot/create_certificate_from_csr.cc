#include "api/iot/create_certificate_from_csr.h"

#include "api/iot/certificate_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CreateCertificateFromCsrResponse>> CreateCertificateFromCsr::handle(
    const Caller& caller, CreateCertificateFromCsrRequest request) const {
    auto issued = co_await workers.run(*async::EventLoop::current(), [&] {
        return authority.issue_device_for_request(request.certificate_signing_request);
    });
    if (!issued) co_return failure_of_issuing(issued.error());
    const auto added = co_await certificates.run([&](registry::CertificateRecords& records) {
        return records.add(caller.tenant, {.pem = issued->certificate_pem,
                                           .status = status_when_made(request.set_as_active)});
    });
    if (!added) co_return failure_of(added.error());
    co_return CreateCertificateFromCsrResponse{
        .certificate_arn = added->arn(),
        .certificate_id = added->id.value(),
        .certificate_pem = std::move(issued->certificate_pem)};
}

}  // namespace gatehouse::api::iot
