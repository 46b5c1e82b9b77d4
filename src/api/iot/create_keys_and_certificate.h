// CreateKeysAndCertificate: a key and a certificate for it; the key is told here and nowhere else.
// Source: AWS IoT API Reference, CreateKeysAndCertificate.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/create_keys_and_certificate.h"
#include "async/worker_pool.h"
#include "certificates/local_authority.h"
#include "registry/certificates.h"

namespace gatehouse::api::iot {

struct CreateKeysAndCertificate {
    using Shape = CreateKeysAndCertificateShape;

    registry::Certificates& certificates;
    certificates::LocalAuthority& authority;
    async::WorkerPool& workers;

    async::Task<wire::Outcome<CreateKeysAndCertificateResponse>> handle(
        const Caller& caller, CreateKeysAndCertificateRequest request) const;
};

}  // namespace gatehouse::api::iot
