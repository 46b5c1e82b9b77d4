// DeleteRegistrationCode: the next one is another.
// Source: AWS IoT API Reference, DeleteRegistrationCode.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_registration_code.h"
#include "registry/ca_certificates.h"

namespace gatehouse::api::iot {

struct DeleteRegistrationCode {
    using Shape = DeleteRegistrationCodeShape;

    registry::CaCertificates& ca_certificates;

    async::Task<wire::Outcome<DeleteRegistrationCodeResponse>> handle(
        const Caller& caller, DeleteRegistrationCodeRequest request) const;
};

}  // namespace gatehouse::api::iot
