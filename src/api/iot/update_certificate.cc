#include "api/iot/update_certificate.h"

#include "api/iot/certificate_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<UpdateCertificateResponse>> UpdateCertificate::handle(
    const Caller& caller, UpdateCertificateRequest request) const {
    const auto id = registry::certificate_id_of_text(request.certificate_id);
    const auto changed = co_await certificates.run([&](registry::CertificateRecords& records) {
        return records.set_status(caller.tenant, id, status_of(request.new_status));
    });
    if (!changed) co_return failure_of(changed.error());
    co_return UpdateCertificateResponse();
}

}  // namespace gatehouse::api::iot
