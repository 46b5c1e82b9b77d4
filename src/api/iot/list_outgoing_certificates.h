// ListOutgoingCertificates: transfers that nobody accepted yet.
// Source: AWS IoT API Reference, ListOutgoingCertificates.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_outgoing_certificates.h"
#include "registry/certificate_transfers.h"

namespace gatehouse::api::iot {

struct ListOutgoingCertificates {
    using Shape = ListOutgoingCertificatesShape;

    registry::CertificateTransfers& transfers;

    async::Task<wire::Outcome<ListOutgoingCertificatesResponse>> handle(
        const Caller& caller, ListOutgoingCertificatesRequest request) const;
};

}  // namespace gatehouse::api::iot
