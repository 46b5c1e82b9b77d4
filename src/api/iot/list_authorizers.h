// ListAuthorizers: names and ARNs, a page at a time, by name.
// Source: AWS IoT API Reference, ListAuthorizers.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_authorizers.h"
#include "registry/authorizers.h"

namespace gatehouse::api::iot {

struct ListAuthorizers {
    using Shape = ListAuthorizersShape;

    registry::Authorizers& authorizers;

    async::Task<wire::Outcome<ListAuthorizersResponse>> handle(
        const Caller& caller, ListAuthorizersRequest request) const;
};

}  // namespace gatehouse::api::iot
