// ListThingPrincipals: the principals that may act for a thing.
// Source: AWS IoT API Reference, ListThingPrincipals.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_thing_principals.h"
#include "registry/things.h"

namespace gatehouse::api::iot {

struct ListThingPrincipals {
    using Shape = ListThingPrincipalsShape;

    registry::Things& things;

    async::Task<wire::Outcome<ListThingPrincipalsResponse>> handle(
        const Caller& caller, ListThingPrincipalsRequest request) const;
};

}  // namespace gatehouse::api::iot
