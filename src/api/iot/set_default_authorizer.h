// SetDefaultAuthorizer: which authorizer is asked about devices that name none.
// Source: AWS IoT API Reference, SetDefaultAuthorizer.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/set_default_authorizer.h"
#include "registry/authorizers.h"

namespace gatehouse::api::iot {

struct SetDefaultAuthorizer {
    using Shape = SetDefaultAuthorizerShape;

    registry::Authorizers& authorizers;

    async::Task<wire::Outcome<SetDefaultAuthorizerResponse>> handle(
        const Caller& caller, SetDefaultAuthorizerRequest request) const;
};

}  // namespace gatehouse::api::iot
