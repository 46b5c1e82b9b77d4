#include "api/iot/delete_ca_certificate.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeleteCACertificateResponse>> DeleteCACertificate::handle(
    const Caller& caller, DeleteCACertificateRequest request) const {
    const auto id = registry::certificate_id_of_text(request.certificate_id);
    const auto removed = co_await ca_certificates.run(
        [&](registry::CaCertificateRecords& records) { return records.remove(caller.tenant, id); });
    if (!removed) co_return failure_of(removed.error());
    co_return DeleteCACertificateResponse();
}

}  // namespace gatehouse::api::iot
