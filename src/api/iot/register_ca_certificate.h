// RegisterCACertificate: an authority of somebody else's.
// Source: AWS IoT API Reference, RegisterCACertificate.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/register_ca_certificate.h"
#include "registry/ca_certificates.h"

namespace gatehouse::api::iot {

struct RegisterCACertificate {
    using Shape = RegisterCACertificateShape;

    registry::CaCertificates& ca_certificates;

    async::Task<wire::Outcome<RegisterCACertificateResponse>> handle(
        const Caller& caller, RegisterCACertificateRequest request) const;
};

}  // namespace gatehouse::api::iot
