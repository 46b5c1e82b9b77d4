// TransferCertificate: another account of the region may have it.
// Source: AWS IoT API Reference, TransferCertificate.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/transfer_certificate.h"
#include "registry/certificate_transfers.h"

namespace gatehouse::api::iot {

struct TransferCertificate {
    using Shape = TransferCertificateShape;

    registry::CertificateTransfers& transfers;

    async::Task<wire::Outcome<TransferCertificateResponse>> handle(
        const Caller& caller, TransferCertificateRequest request) const;
};

}  // namespace gatehouse::api::iot
