// ClearDefaultAuthorizer: devices that name no authorizer are refused again.
// Source: AWS IoT API Reference, ClearDefaultAuthorizer.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/clear_default_authorizer.h"
#include "registry/authorizers.h"

namespace gatehouse::api::iot {

struct ClearDefaultAuthorizer {
    using Shape = ClearDefaultAuthorizerShape;

    registry::Authorizers& authorizers;

    async::Task<wire::Outcome<ClearDefaultAuthorizerResponse>> handle(
        const Caller& caller, ClearDefaultAuthorizerRequest request) const;
};

}  // namespace gatehouse::api::iot
