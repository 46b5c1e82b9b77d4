// RegisterCertificateWithoutCA: a certificate of somebody else's making.
// Source: AWS IoT API Reference, RegisterCertificateWithoutCA.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/register_certificate_without_ca.h"
#include "registry/certificates.h"

namespace gatehouse::api::iot {

struct RegisterCertificateWithoutCA {
    using Shape = RegisterCertificateWithoutCAShape;

    registry::Certificates& certificates;

    async::Task<wire::Outcome<RegisterCertificateWithoutCAResponse>> handle(
        const Caller& caller, RegisterCertificateWithoutCARequest request) const;
};

}  // namespace gatehouse::api::iot
