// UpdateThingType: another description or other searchable attributes.
// Source: AWS IoT API Reference, UpdateThingType.
#pragma once

#include "api/endpoint.h"
#include "api/shapes/iot/update_thing_type.h"
#include "registry/thing_types.h"

namespace gatehouse::api::iot {

struct UpdateThingType {
    using Shape = UpdateThingTypeShape;

    registry::ThingTypes& thing_types;

    async::Task<wire::Outcome<UpdateThingTypeResponse>> handle(
        const Caller& caller, UpdateThingTypeRequest request) const;
};

}  // namespace gatehouse::api::iot
