// UpdateThing: a thing's attributes and type.
// Source: AWS IoT API Reference, UpdateThing.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/update_thing.h"
#include "registry/things.h"

namespace gatehouse::api::iot {

struct UpdateThing {
    using Shape = UpdateThingShape;

    registry::Things& things;

    async::Task<wire::Outcome<UpdateThingResponse>> handle(const Caller& caller,
                                                           UpdateThingRequest request) const;
};

}  // namespace gatehouse::api::iot
