#include "api/iot/accept_certificate_transfer.h"

#include "api/iot/certificate_shapes.h"
#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<AcceptCertificateTransferResponse>> AcceptCertificateTransfer::handle(
    const Caller& caller, AcceptCertificateTransferRequest request) const {
    const auto id = registry::certificate_id_of_text(request.certificate_id);
    const auto status = status_when_made(request.set_as_active);
    const auto accepted =
        co_await transfers.run([&](registry::CertificateTransferRecords& records) {
            return records.accept(caller.tenant, id, status);
        });
    if (!accepted) co_return failure_of(accepted.error());
    co_return AcceptCertificateTransferResponse();
}

}  // namespace gatehouse::api::iot
