// ListPrincipalThings: the things that a principal may act for.
// Source: AWS IoT API Reference, ListPrincipalThings.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_principal_things.h"
#include "registry/things.h"

namespace gatehouse::api::iot {

struct ListPrincipalThings {
    using Shape = ListPrincipalThingsShape;

    registry::Things& things;

    async::Task<wire::Outcome<ListPrincipalThingsResponse>> handle(
        const Caller& caller, ListPrincipalThingsRequest request) const;
};

}  // namespace gatehouse::api::iot
