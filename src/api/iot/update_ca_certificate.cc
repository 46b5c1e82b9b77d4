#include "api/iot/update_ca_certificate.h"

#include "api/iot/ca_certificate_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<UpdateCACertificateResponse>> UpdateCACertificate::handle(
    const Caller& caller, UpdateCACertificateRequest request) const {
    const auto id = registry::certificate_id_of_text(request.certificate_id);
    const auto change = change_of(request);
    const auto changed = co_await ca_certificates.run([&](registry::CaCertificateRecords& records) {
        return records.change(caller.tenant, id, change);
    });
    if (!changed) co_return failure_of(changed.error());
    co_return UpdateCACertificateResponse();
}

}  // namespace gatehouse::api::iot
