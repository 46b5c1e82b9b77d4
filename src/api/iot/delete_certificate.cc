#include "api/iot/delete_certificate.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<DeleteCertificateResponse>> DeleteCertificate::handle(
    const Caller& caller, DeleteCertificateRequest request) const {
    const auto id = registry::certificate_id_of_text(request.certificate_id);
    const auto deletion = request.force_delete.value_or(false) ? registry::Deletion::Forced
                                                               : registry::Deletion::Careful;
    const auto removed = co_await certificates.run([&](registry::CertificateRecords& records) {
        return records.remove(caller.tenant, id, deletion);
    });
    if (!removed) co_return failure_of(removed.error());
    co_return DeleteCertificateResponse();
}

}  // namespace gatehouse::api::iot
