// ListThings: the things of a tenant, by attribute and type where asked for.
// Source: AWS IoT API Reference, ListThings.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_things.h"
#include "registry/things.h"

namespace gatehouse::api::iot {

struct ListThings {
    using Shape = ListThingsShape;

    registry::Things& things;

    async::Task<wire::Outcome<ListThingsResponse>> handle(const Caller& caller,
                                                          ListThingsRequest request) const;
};

}  // namespace gatehouse::api::iot
