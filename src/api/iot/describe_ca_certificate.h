// DescribeCACertificate: what the registry knows of an authority.
// Source: AWS IoT API Reference, DescribeCACertificate.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/describe_ca_certificate.h"
#include "registry/ca_certificates.h"

namespace gatehouse::api::iot {

struct DescribeCACertificate {
    using Shape = DescribeCACertificateShape;

    registry::CaCertificates& ca_certificates;

    async::Task<wire::Outcome<DescribeCACertificateResponse>> handle(
        const Caller& caller, DescribeCACertificateRequest request) const;
};

}  // namespace gatehouse::api::iot
