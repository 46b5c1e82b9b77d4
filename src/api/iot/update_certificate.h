// UpdateCertificate: the status of a certificate.
// Source: AWS IoT API Reference, UpdateCertificate.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/update_certificate.h"
#include "registry/certificates.h"

namespace gatehouse::api::iot {

struct UpdateCertificate {
    using Shape = UpdateCertificateShape;

    registry::Certificates& certificates;

    async::Task<wire::Outcome<UpdateCertificateResponse>> handle(
        const Caller& caller, UpdateCertificateRequest request) const;
};

}  // namespace gatehouse::api::iot
