// ListThingPrincipalsV2: the principals that may act for a thing, and whether for others, too.
// Source: AWS IoT API Reference, ListThingPrincipalsV2.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_thing_principals_v2.h"
#include "registry/things.h"

namespace gatehouse::api::iot {

struct ListThingPrincipalsV2 {
    using Shape = ListThingPrincipalsV2Shape;

    registry::Things& things;

    async::Task<wire::Outcome<ListThingPrincipalsV2Response>> handle(
        const Caller& caller, ListThingPrincipalsV2Request request) const;
};

}  // namespace gatehouse::api::iot
