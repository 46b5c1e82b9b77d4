// GetRegistrationCode: what a verification certificate must be called.
// Source: AWS IoT API Reference, GetRegistrationCode.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/get_registration_code.h"
#include "registry/ca_certificates.h"

namespace gatehouse::api::iot {

struct GetRegistrationCode {
    using Shape = GetRegistrationCodeShape;

    registry::CaCertificates& ca_certificates;

    async::Task<wire::Outcome<GetRegistrationCodeResponse>> handle(
        const Caller& caller, GetRegistrationCodeRequest request) const;
};

}  // namespace gatehouse::api::iot
