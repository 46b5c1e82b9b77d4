// AcceptCertificateTransfer: by the account that it comes to.
// Source: AWS IoT API Reference, AcceptCertificateTransfer.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/accept_certificate_transfer.h"
#include "registry/certificate_transfers.h"

namespace gatehouse::api::iot {

struct AcceptCertificateTransfer {
    using Shape = AcceptCertificateTransferShape;

    registry::CertificateTransfers& transfers;

    async::Task<wire::Outcome<AcceptCertificateTransferResponse>> handle(
        const Caller& caller, AcceptCertificateTransferRequest request) const;
};

}  // namespace gatehouse::api::iot
