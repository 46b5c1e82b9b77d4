#include "api/iot/transfer_certificate.h"

#include "api/iot/errors.h"

namespace gatehouse::api::iot {

async::Task<wire::Outcome<TransferCertificateResponse>> TransferCertificate::handle(
    const Caller& caller, TransferCertificateRequest request) const {
    const auto id = registry::certificate_id_of_text(request.certificate_id);
    const AccountId to(std::move(request.target_aws_account));
    const std::string message = std::move(request.transfer_message).value_or("");
    const auto started = co_await transfers.run([&](registry::CertificateTransferRecords& records) {
        return records.start(caller.tenant, id, to, message);
    });
    if (!started) co_return failure_of(started.error());
    co_return TransferCertificateResponse{.transferred_certificate_arn = started->arn()};
}

}  // namespace gatehouse::api::iot
