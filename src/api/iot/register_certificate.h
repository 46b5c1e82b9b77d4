// RegisterCertificate: one that a registered authority signed.
// Source: AWS IoT API Reference, RegisterCertificate.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/register_certificate.h"
#include "registry/certificates.h"

namespace gatehouse::api::iot {

struct RegisterCertificate {
    using Shape = RegisterCertificateShape;

    registry::Certificates& certificates;

    async::Task<wire::Outcome<RegisterCertificateResponse>> handle(
        const Caller& caller, RegisterCertificateRequest request) const;
};

}  // namespace gatehouse::api::iot
