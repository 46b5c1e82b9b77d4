// DeleteCACertificate: of one that is INACTIVE; its devices' certificates stay.
// Source: AWS IoT API Reference, DeleteCACertificate.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_ca_certificate.h"
#include "registry/ca_certificates.h"

namespace gatehouse::api::iot {

struct DeleteCACertificate {
    using Shape = DeleteCACertificateShape;

    registry::CaCertificates& ca_certificates;

    async::Task<wire::Outcome<DeleteCACertificateResponse>> handle(
        const Caller& caller, DeleteCACertificateRequest request) const;
};

}  // namespace gatehouse::api::iot
