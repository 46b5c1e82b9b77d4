// CreateThingType: a thing type; the same again answers the one that is there.
// Source: AWS IoT API Reference, CreateThingType.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/create_thing_type.h"
#include "registry/thing_types.h"

namespace gatehouse::api::iot {

struct CreateThingType {
    using Shape = CreateThingTypeShape;

    registry::ThingTypes& types;

    async::Task<wire::Outcome<CreateThingTypeResponse>> handle(
        const Caller& caller, CreateThingTypeRequest request) const;
};

}  // namespace gatehouse::api::iot
