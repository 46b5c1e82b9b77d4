// CreateCertificateFromCsr: a certificate for a key of the client's own.
// Source: AWS IoT API Reference, CreateCertificateFromCsr.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/create_certificate_from_csr.h"
#include "authentication/certificate_signing.h"
#include "registry/certificates.h"

namespace gatehouse::api::iot {

struct CreateCertificateFromCsr {
    using Shape = CreateCertificateFromCsrShape;

    registry::Certificates& certificates;
    authentication::CertificateSigning& signing;

    async::Task<wire::Outcome<CreateCertificateFromCsrResponse>> handle(
        const Caller& caller, CreateCertificateFromCsrRequest request) const;
};

}  // namespace gatehouse::api::iot
