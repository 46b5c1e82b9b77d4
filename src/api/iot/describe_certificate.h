// DescribeCertificate: what the registry knows of a certificate.
// Source: AWS IoT API Reference, DescribeCertificate.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/describe_certificate.h"
#include "registry/certificates.h"

namespace gatehouse::api::iot {

struct DescribeCertificate {
    using Shape = DescribeCertificateShape;

    registry::Certificates& certificates;

    async::Task<wire::Outcome<DescribeCertificateResponse>> handle(
        const Caller& caller, DescribeCertificateRequest request) const;
};

}  // namespace gatehouse::api::iot
