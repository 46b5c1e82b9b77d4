// UpdateAuthorizer: changes what was given and leaves the rest; signing stays on or off for
// the authorizer's whole life.
// Source: AWS IoT API Reference, UpdateAuthorizer.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/update_authorizer.h"
#include "registry/authorizers.h"

namespace gatehouse::api::iot {

struct UpdateAuthorizer {
    using Shape = UpdateAuthorizerShape;

    registry::Authorizers& authorizers;

    async::Task<wire::Outcome<UpdateAuthorizerResponse>> handle(
        const Caller& caller, UpdateAuthorizerRequest request) const;
};

}  // namespace gatehouse::api::iot
