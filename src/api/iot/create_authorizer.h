// CreateAuthorizer: a custom authorizer, which asks a function about devices.
// Source: AWS IoT API Reference, CreateAuthorizer.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/create_authorizer.h"
#include "registry/authorizers.h"

namespace gatehouse::api::iot {

struct CreateAuthorizer {
    using Shape = CreateAuthorizerShape;

    registry::Authorizers& authorizers;

    async::Task<wire::Outcome<CreateAuthorizerResponse>> handle(
        const Caller& caller, CreateAuthorizerRequest request) const;
};

}  // namespace gatehouse::api::iot
