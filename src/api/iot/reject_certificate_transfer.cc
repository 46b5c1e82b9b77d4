#include "api/iot/reject_certificate_transfer.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<RejectCertificateTransferResponse>> RejectCertificateTransfer::handle(
    const Caller& caller, RejectCertificateTransferRequest request) const {
    const auto id = registry::certificate_id_of_text(request.certificate_id);
    const std::string reason = std::move(request.reject_reason).value_or("");
    const auto rejected =
        co_await transfers.run([&](registry::CertificateTransferRecords& records) {
            return records.reject(caller.tenant, id, reason);
        });
    if (!rejected) co_return failure_of(rejected.error());
    co_return RejectCertificateTransferResponse();
}

}  // namespace gatehouse::api::iot
