#include "api/iot/cancel_certificate_transfer.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<CancelCertificateTransferResponse>> CancelCertificateTransfer::handle(
    const Caller& caller, CancelCertificateTransferRequest request) const {
    const auto id = registry::certificate_id_of_text(request.certificate_id);
    const auto cancelled =
        co_await transfers.run([&](registry::CertificateTransferRecords& records) {
            return records.cancel(caller.tenant, id);
        });
    if (!cancelled) co_return failure_of(cancelled.error());
    co_return CancelCertificateTransferResponse();
}

}  // namespace gatehouse::api::iot
