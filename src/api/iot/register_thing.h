// RegisterThing: all that a device needs, by a provisioning template.
// Source: AWS IoT API Reference, RegisterThing.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/register_thing.h"
#include "registry/provisioning_records.h"

namespace gatehouse::api::iot {

struct RegisterThing {
    using Shape = RegisterThingShape;

    registry::Provisionings& provisionings;

    async::Task<wire::Outcome<RegisterThingResponse>> handle(const Caller& caller,
                                                             RegisterThingRequest request) const;
};

}  // namespace gatehouse::api::iot
