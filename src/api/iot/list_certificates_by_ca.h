// ListCertificatesByCA: the device certificates that an authority signed.
// Source: AWS IoT API Reference, ListCertificatesByCA.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_certificates_by_ca.h"
#include "registry/certificates.h"

namespace gatehouse::api::iot {

struct ListCertificatesByCA {
    using Shape = ListCertificatesByCAShape;

    registry::Certificates& certificates;

    async::Task<wire::Outcome<ListCertificatesByCAResponse>> handle(
        const Caller& caller, ListCertificatesByCARequest request) const;
};

}  // namespace gatehouse::api::iot
