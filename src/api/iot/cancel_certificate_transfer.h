// CancelCertificateTransfer: by the account that it would leave.
// Source: AWS IoT API Reference, CancelCertificateTransfer.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/cancel_certificate_transfer.h"
#include "registry/certificate_transfers.h"

namespace gatehouse::api::iot {

struct CancelCertificateTransfer {
    using Shape = CancelCertificateTransferShape;

    registry::CertificateTransfers& transfers;

    async::Task<wire::Outcome<CancelCertificateTransferResponse>> handle(
        const Caller& caller, CancelCertificateTransferRequest request) const;
};

}  // namespace gatehouse::api::iot
