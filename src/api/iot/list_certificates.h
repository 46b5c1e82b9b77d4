// ListCertificates: the certificates of a tenant.
// Source: AWS IoT API Reference, ListCertificates.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_certificates.h"
#include "registry/certificates.h"

namespace gatehouse::api::iot {

struct ListCertificates {
    using Shape = ListCertificatesShape;

    registry::Certificates& certificates;

    async::Task<wire::Outcome<ListCertificatesResponse>> handle(
        const Caller& caller, ListCertificatesRequest request) const;
};

}  // namespace gatehouse::api::iot
