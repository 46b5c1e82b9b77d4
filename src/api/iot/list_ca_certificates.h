// ListCACertificates: by creation; of one template, if it is named.
// Source: AWS IoT API Reference, ListCACertificates.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_ca_certificates.h"
#include "registry/ca_certificates.h"

namespace gatehouse::api::iot {

struct ListCACertificates {
    using Shape = ListCACertificatesShape;

    registry::CaCertificates& ca_certificates;

    async::Task<wire::Outcome<ListCACertificatesResponse>> handle(
        const Caller& caller, ListCACertificatesRequest request) const;
};

}  // namespace gatehouse::api::iot
