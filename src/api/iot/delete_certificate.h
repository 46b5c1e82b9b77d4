// DeleteCertificate: a certificate that is not ACTIVE.
// Source: AWS IoT API Reference, DeleteCertificate.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_certificate.h"
#include "registry/certificates.h"

namespace gatehouse::api::iot {

struct DeleteCertificate {
    using Shape = DeleteCertificateShape;

    registry::Certificates& certificates;

    async::Task<wire::Outcome<DeleteCertificateResponse>> handle(
        const Caller& caller, DeleteCertificateRequest request) const;
};

}  // namespace gatehouse::api::iot
