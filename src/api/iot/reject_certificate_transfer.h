// RejectCertificateTransfer: by the account that it would come to.
// Source: AWS IoT API Reference, RejectCertificateTransfer.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/reject_certificate_transfer.h"
#include "registry/certificate_transfers.h"

namespace gatehouse::api::iot {

struct RejectCertificateTransfer {
    using Shape = RejectCertificateTransferShape;

    registry::CertificateTransfers& transfers;

    async::Task<wire::Outcome<RejectCertificateTransferResponse>> handle(
        const Caller& caller, RejectCertificateTransferRequest request) const;
};

}  // namespace gatehouse::api::iot
