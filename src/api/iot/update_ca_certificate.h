// UpdateCACertificate: its status, and whether devices register themselves.
// Source: AWS IoT API Reference, UpdateCACertificate.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/update_ca_certificate.h"
#include "registry/ca_certificates.h"

namespace gatehouse::api::iot {

struct UpdateCACertificate {
    using Shape = UpdateCACertificateShape;

    registry::CaCertificates& ca_certificates;

    async::Task<wire::Outcome<UpdateCACertificateResponse>> handle(
        const Caller& caller, UpdateCACertificateRequest request) const;
};

}  // namespace gatehouse::api::iot
