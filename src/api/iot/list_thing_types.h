// ListThingTypes: the thing types of a tenant, or the one that is named.
// Source: AWS IoT API Reference, ListThingTypes.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/list_thing_types.h"
#include "registry/thing_types.h"

namespace gatehouse::api::iot {

struct ListThingTypes {
    using Shape = ListThingTypesShape;

    registry::ThingTypes& types;

    async::Task<wire::Outcome<ListThingTypesResponse>> handle(const Caller& caller,
                                                              ListThingTypesRequest request) const;
};

}  // namespace gatehouse::api::iot
