// CreateThing: a thing; the same again answers the one that is there.
// Source: AWS IoT API Reference, CreateThing.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/create_thing.h"
#include "registry/things.h"

namespace gatehouse::api::iot {

struct CreateThing {
    using Shape = CreateThingShape;

    registry::Things& things;

    async::Task<wire::Outcome<CreateThingResponse>> handle(const Caller& caller,
                                                           CreateThingRequest request) const;
};

}  // namespace gatehouse::api::iot
