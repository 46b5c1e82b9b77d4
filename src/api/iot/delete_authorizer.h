// DeleteAuthorizer: an INACTIVE one that is not the default.
// Source: AWS IoT API Reference, DeleteAuthorizer.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_authorizer.h"
#include "registry/authorizers.h"

namespace gatehouse::api::iot {

struct DeleteAuthorizer {
    using Shape = DeleteAuthorizerShape;

    registry::Authorizers& authorizers;

    async::Task<wire::Outcome<DeleteAuthorizerResponse>> handle(
        const Caller& caller, DeleteAuthorizerRequest request) const;
};

}  // namespace gatehouse::api::iot
