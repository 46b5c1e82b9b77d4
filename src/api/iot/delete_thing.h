// DeleteThing: a thing to which no principal is attached.
// Source: AWS IoT API Reference, DeleteThing.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/delete_thing.h"
#include "registry/things.h"

namespace gatehouse::api::iot {

struct DeleteThing {
    using Shape = DeleteThingShape;

    registry::Things& things;

    async::Task<wire::Outcome<DeleteThingResponse>> handle(const Caller& caller,
                                                           DeleteThingRequest request) const;
};

}  // namespace gatehouse::api::iot
